using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class ConnectTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _late = TimeSpan.FromMinutes(1);

    private readonly SimWorld _world;
    private readonly Toy _one;
    private readonly Toy _two;

    public ConnectTests()
    {
        _world = new SimWorld(seed: 1);
        _one = new Toy(_world, "n1");
        _two = new Toy(_world, "n2");
    }

    [Fact]
    public void Connecting_takes_a_round_trip()
    {
        Assert.NotNull(_one.Connect(_two));
        Assert.InRange(_world.Now, 2 * new LinkConditions().LatencyLeast, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_host_whose_process_is_gone_refuses_soon()
    {
        _world.RunFor(_soon);
        _two.Node.Crash(isPowerLoss: false);
        Assert.Null(_one.Connect(_two));
        Assert.InRange(_world.Now, _soon, _soon + TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_host_without_power_does_not_answer()
    {
        _two.Node.Crash(isPowerLoss: true);
        Assert.Null(_one.Connect(_two));
        Assert.Equal(new NetworkOptions().ConnectTimeout, _world.Now);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_link_that_is_down_either_way_prevents_a_connection(int from, int to)
    {
        _world.Network.Link(from, to).IsUp = false;
        Assert.Null(_one.Connect(_two));
        Assert.Equal(new NetworkOptions().ConnectTimeout, _world.Now);
    }

    [Fact]
    public void A_cancelled_attempt_ends_at_once_and_the_peer_gets_a_reset()
    {
        using var source = new CancellationTokenSource();
        _world.Network.Link(1, 0).Hold();
        _world.After(_soon, source.Cancel);
        Assert.Null(_one.Connect(_two, source.Token));
        Assert.Equal(_soon, _world.Now);
        Assert.Null(_two.Inboxes.Single().ClosedReason);
        _world.Network.Link(1, 0).Release();
        _world.RunFor(_soon);
        Assert.Equal("reset by the peer", _two.Inboxes.Single().ClosedReason);
    }

    [Fact]
    public void When_the_answer_is_lost_the_peer_has_half_a_connection()
    {
        _world.Network.Link(1, 0).IsUp = false;
        Assert.Null(_one.Connect(_two));
        var half = _two.Inboxes.Single();
        Assert.Null(half.ClosedReason);
        _world.Network.Heal();
        half.Send(0, 1);
        _world.RunFor(_soon);
        Assert.Equal("reset by the peer", half.ClosedReason);
    }

    [Fact]
    public void A_paused_node_accepts_when_it_goes_on_and_misses_nothing()
    {
        _world.RunFor(_soon);
        _two.Node.Pause();
        var near = _one.Connect(_two)!;
        near.Send(0, 10);
        _world.RunFor(_late);
        Assert.Empty(_two.Inboxes);
        _two.Node.Resume();
        _world.RunFor(_soon);
        Assert.Equal(Enumerable.Range(0, 10), _two.Inboxes.Single().Numbers);
    }

    [Fact]
    public void What_arrives_before_start_is_kept()
    {
        var near = _one.Connect(_two)!;
        var handler = new Inbox(_two.Node, _two.Inboxes.Single().Connection);
        near.Send(0, 3);
        var three = _world.AddNode("n3", platform => platform.Network.Listen("n3:1", connection =>
            _world.After(_late, () => connection.Start(handler))));
        three.Start();
        _one.Node.Post(async () =>
        {
            var (connection, _) = await _one.Platform.Network.ConnectAsync("n3:1", default);
            connection!.Send([1, 0, 0, 0]);
            connection.Send([2, 0, 0, 0]);
        });
        _world.RunFor(_late + _late);
        Assert.Null(_world.Failure);
        Assert.Equal([1, 2], handler.Numbers);
    }

    [Fact]
    public void The_connections_of_a_dead_process_are_reset_by_its_host()
    {
        var near = _one.Connect(_two)!;
        _two.Node.Crash(isPowerLoss: false);
        _world.RunFor(_soon);
        Assert.Equal("reset by the peer", near.ClosedReason);
    }

    [Fact]
    public void The_connections_of_a_dead_machine_stay_half_open_until_used()
    {
        var near = _one.Connect(_two)!;
        _two.Node.Crash(isPowerLoss: true);
        _world.RunFor(_late);
        Assert.Null(near.ClosedReason);
        near.Send(0, 1);
        _world.RunFor(_late);
        Assert.StartsWith("timed out", near.ClosedReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rebooted_machine_resets_the_connections_of_its_former_life()
    {
        var near = _one.Connect(_two)!;
        _two.Node.Crash(isPowerLoss: true);
        _two.Node.Start();
        _world.RunFor(_late);
        Assert.Null(near.ClosedReason);
        near.Send(0, 1);
        _world.RunFor(_soon);
        Assert.Equal("reset by the peer", near.ClosedReason);
        Assert.Empty(_two.Inboxes.Single().Numbers);
    }

    [Fact]
    public void Nothing_reaches_the_handlers_of_a_crashed_node()
    {
        var near = _one.Connect(_two)!;
        near.Send(0, 10);
        _world.RunFor(TimeSpan.Zero);
        _two.Node.Crash(isPowerLoss: false);
        _world.RunFor(_late);
        Assert.Empty(_two.Inboxes.Single().Numbers);
        Assert.Null(_two.Inboxes.Single().ClosedReason);
    }

    [Fact]
    public void A_restarted_node_listens_again()
    {
        _world.RunFor(_soon);
        _two.Node.Crash(isPowerLoss: false);
        _two.Node.Start();
        _one.Connect(_two)!.Send(0, 3);
        _world.RunFor(_soon);
        Assert.Equal([0, 1, 2], _two.Inboxes.Single().Numbers);
    }

    [Fact]
    public void An_address_is_bound_once_and_only_by_its_own_host()
    {
        _world.RunFor(_soon);
        Assert.Throws<IOException>(() => _one.Platform.Network.Listen("n1:1", _ => { }));
        Assert.Throws<IOException>(() => _one.Platform.Network.Listen("n2:2", _ => { }));
        var listener = _one.Platform.Network.Listen("n1:2", _ => { });
        listener.Dispose();
        _one.Platform.Network.Listen("n1:2", _ => { }).Dispose();
    }
}
