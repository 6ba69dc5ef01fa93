using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class NetworkTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _late = TimeSpan.FromMinutes(1);

    private SimWorld _world = null!;
    private Toy _one = null!;
    private Toy _two = null!;

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.ByteStream)]
    [InlineData(DeliveryMode.Adversarial)]
    public void Without_faults_everything_arrives_in_order(object mode)
    {
        var (near, far) = Connected(new NetworkOptions { Mode = (DeliveryMode)mode });
        near.Send(0, 200);
        far.Send(1000, 100);
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 200), far.Numbers);
        Assert.Equal(Enumerable.Range(1000, 100), near.Numbers);
        Assert.Null(near.ClosedReason);
    }

    [Fact]
    public void An_ordered_network_delivers_each_send_whole()
    {
        var (near, far) = Connected(new NetworkOptions());
        near.Send(0, 200);
        _world.RunFor(_soon);
        Assert.All(far.PieceLengths, length => Assert.Equal(4, length));
    }

    [Fact]
    public void A_byte_stream_is_cut_and_glued()
    {
        var (near, far) = Connected(new NetworkOptions { Mode = DeliveryMode.ByteStream });
        near.Send(0, 200);
        _world.RunFor(_soon);
        Assert.Contains(far.PieceLengths, length => length % 4 != 0);
        Assert.Contains(far.PieceLengths, length => length > 4);
        Assert.Equal(800, far.PieceLengths.Sum());
    }

    [Fact]
    public void A_byte_stream_ends_after_its_last_byte()
    {
        var (near, far) = Connected(new NetworkOptions { Mode = DeliveryMode.ByteStream });
        near.Send(0, 200);
        near.Close();
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 200), far.Numbers);
        Assert.Equal("closed by the peer", far.ClosedReason);
    }

    [Fact]
    public void An_adversarial_network_loses_repeats_and_reorders_but_spares_the_greeting()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var (near, far) = Connected(Adversarial(new Ratio(1, 4), new Ratio(1, 4), new Ratio(1, 2)), seed);
            near.Send(0, 200);
            _world.RunFor(TimeSpan.FromSeconds(5));
            var numbers = far.Numbers;
            Assert.Equal(0, numbers[0]);
            Assert.Single(numbers, number => number == 0);
            Assert.InRange(numbers.Distinct().Count(), 130, 190);
            Assert.True(numbers.Count > numbers.Distinct().Count());
            Assert.NotEqual(numbers.Order(), numbers);
            Assert.Null(near.ClosedReason);
        }
    }

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.ByteStream)]
    public void A_stream_that_breaks_loses_only_its_tail_and_both_ends_learn_of_it(object mode)
    {
        var lost = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var conditions = new LinkConditions { Break = new Ratio(1, 20) };
            var (near, far) = Connected(
                new NetworkOptions { Mode = (DeliveryMode)mode, Conditions = conditions }, seed);
            for (var i = 0; i < 200; i++)
            {
                near.Send(i, 1);
                _world.RunFor(TimeSpan.FromMicroseconds(100));
            }

            _world.RunFor(_soon);
            var whole = far.PieceLengths.Sum() / 4;
            Assert.Equal(Enumerable.Range(0, whole), far.Numbers.Take(whole));
            Assert.NotNull(near.ClosedReason);
            Assert.NotNull(far.ClosedReason);
            lost += 200 - whole;
        }

        Assert.True(lost > 1000);
    }

    [Fact]
    public void A_partition_makes_a_hole_that_healing_does_not_fill()
    {
        var (near, far) = Connected(new NetworkOptions());
        near.Send(0, 10);
        _world.RunFor(_soon);
        _world.Network.Partition([0], [1]);
        near.Send(10, 10);
        _world.RunFor(_soon);
        _world.Network.Heal();
        near.Send(20, 10);
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 10), far.Numbers);
        Assert.Null(near.ClosedReason);
        _world.RunFor(_late);
        Assert.StartsWith("timed out", near.ClosedReason, StringComparison.Ordinal);
        Assert.Equal("reset by the peer", far.ClosedReason);
    }

    /// <summary>Seeds 17559 and 19963: the audit's links went on losing messages after all was repaired.</summary>
    [Fact]
    public void Conditions_hold_for_the_links_of_hosts_that_come_later_too()
    {
        var world = new SimWorld(new Decisions(1), new WorldOptions
        {
            Network = new NetworkOptions { Conditions = new LinkConditions { Drop = new Ratio(1, 2) } },
        });
        world.AddNode("one", static _ => { });
        var repaired = new LinkConditions();
        world.Network.SetConditions(repaired);
        world.AddNode("two", static _ => { });
        Assert.Equal(4, world.Network.Links.Count());
        Assert.All(world.Network.Links, link => Assert.Same(repaired, link.Conditions));
    }

    [Fact]
    public void From_the_moment_of_a_partition_nothing_crosses()
    {
        var (near, far) = Connected(new NetworkOptions());
        near.Send(0, 10);
        _world.RunFor(TimeSpan.Zero);
        _world.Network.Partition([0], [1]);
        _world.RunFor(_late);
        Assert.Empty(far.Numbers);
    }

    [Fact]
    public void In_a_one_way_partition_a_connection_lives_in_one_direction()
    {
        var (near, far) = Connected(new NetworkOptions { SilenceLeast = _late, SilenceMost = _late });
        _world.Network.Partition([0], [1], isOneWay: true);
        near.Send(0, 10);
        far.Send(100, 10);
        _world.RunFor(_soon);
        Assert.Empty(far.Numbers);
        Assert.Equal(Enumerable.Range(100, 10), near.Numbers);
        Assert.Null(near.ClosedReason);
        Assert.Null(far.ClosedReason);
    }

    [Fact]
    public void An_adversarial_connection_outlives_a_partition()
    {
        var (near, far) = Connected(Adversarial(Ratio.Zero, Ratio.Zero, Ratio.Zero));
        near.Send(0, 10);
        _world.RunFor(_soon);
        _world.Network.Partition([0], [1]);
        near.Send(10, 10);
        _world.RunFor(_late);
        _world.Network.Heal();
        near.Send(20, 10);
        _world.RunFor(_soon);
        Assert.Equal([.. Enumerable.Range(0, 10), .. Enumerable.Range(20, 10)], far.Numbers);
    }

    [Fact]
    public void An_adversarial_connection_whose_greeting_is_lost_delivers_nothing_and_ends()
    {
        var (near, far) = Connected(Adversarial(Ratio.Zero, Ratio.Zero, Ratio.Zero));
        _world.Network.Partition([0], [1]);
        near.Send(0, 1);
        _world.RunFor(_soon);
        _world.Network.Heal();
        near.Send(1, 10);
        _world.RunFor(_late);
        Assert.Empty(far.Numbers);
        Assert.NotNull(near.ClosedReason);
        Assert.NotNull(far.ClosedReason);
    }

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.Adversarial)]
    public void A_held_link_delivers_in_order_when_released(object mode)
    {
        var (near, far) = Connected(new NetworkOptions { Mode = (DeliveryMode)mode });
        _world.Network.Link(0, 1).Hold();
        near.Send(0, 10);
        _world.RunFor(_late);
        Assert.Empty(far.Numbers);
        near.Send(10, 10);
        _world.RunFor(_soon);
        _world.Network.Link(0, 1).Release();
        near.Send(20, 10);
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 30), far.Numbers);
    }

    [Fact]
    public void A_full_send_buffer_refuses_and_empties_on_delivery()
    {
        var (near, far) = Connected(new NetworkOptions { SendBufferBytes = 40 });
        near.Send(0, 15);
        _world.RunFor(_soon);
        Assert.Equal(5, near.Refused);
        near.Send(10, 10);
        _world.RunFor(_soon);
        Assert.Equal(5, near.Refused);
        Assert.Equal(Enumerable.Range(0, 20), far.Numbers);
    }

    [Fact]
    public void A_paused_receiver_fills_the_buffer_of_the_sender()
    {
        var (near, far) = Connected(new NetworkOptions { SendBufferBytes = 40 });
        _two.Node.Pause();
        near.Send(0, 5);
        _world.RunFor(_late);
        near.Send(5, 10);
        _world.RunFor(_soon);
        Assert.Equal(5, near.Refused);
        _two.Node.Resume();
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 10), far.Numbers);
    }

    [Fact]
    public void A_rule_loses_or_delays_exactly_what_it_names()
    {
        var (near, far) = Connected(Adversarial(Ratio.Zero, Ratio.Zero, Ratio.Zero));
        _world.Network.Rules.Add((in transmission) => transmission.Frames[0] switch
        {
            3 => Verdict.Drop,
            5 => Verdict.DeliverAfter(TimeSpan.FromSeconds(1)),
            _ => Verdict.Pass,
        });
        near.Send(0, 10);
        _world.RunFor(_soon);
        Assert.Equal([0, 1, 2, 4, 6, 7, 8, 9], far.Numbers);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2, 4, 6, 7, 8, 9, 5], far.Numbers);
    }

    [Fact]
    public void Broken_connections_leave_others_alone()
    {
        var (near, far) = Connected(new NetworkOptions());
        var three = new Toy(_world, "n3");
        var other = three.Connect(_two)!;
        _world.Network.BreakConnections(0, 1);
        _world.RunFor(_soon);
        Assert.Equal("the connection broke", near.ClosedReason);
        Assert.Equal("the connection broke", far.ClosedReason);
        Assert.Null(other.ClosedReason);
    }

    [Fact]
    public void Dispose_tells_the_peer_and_not_the_owner()
    {
        var (near, far) = Connected(new NetworkOptions());
        near.Send(0, 10);
        near.Close();
        far.Send(0, 1);
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 10), far.Numbers);
        Assert.Equal("closed by the peer", far.ClosedReason);
        Assert.Null(near.ClosedReason);
        Assert.Empty(near.Numbers);
    }

    private static NetworkOptions Adversarial(Ratio drop, Ratio duplicate, Ratio reorder) => new()
    {
        Mode = DeliveryMode.Adversarial,
        Conditions = new LinkConditions { Drop = drop, Duplicate = duplicate, Reorder = reorder },
    };

    private (Inbox Near, Inbox Far) Connected(NetworkOptions options, ulong seed = 1)
    {
        _world = new SimWorld(seed, new WorldOptions { Network = options });
        _one = new Toy(_world, "n1");
        _two = new Toy(_world, "n2");
        var near = _one.Connect(_two)!;
        return (near, _two.Inboxes.Single());
    }
}
