using RaftKv.Consensus;
using RaftKv.Rpc;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

public sealed class ConnectTests : IDisposable
{
    private readonly RpcWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("other", 0, "belongs to cluster 'c', not to 'other'")]
    [InlineData("c", 2, "this is n1, not n2")]
    public void A_stranger_is_refused_and_told_why(string cluster, int expected, string reason)
    {
        using var channel = _world.Channel(cluster, expected);
        var call = channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second, default);
        _world.Network.Deliver();
        Assert.Equal(RpcOutcome.Refused, call.Now().Outcome);
        Assert.Contains(reason, call.Now().Reason, StringComparison.Ordinal);
        Assert.Empty(_world.Commands);
        var next = channel.CallAsync(RpcWorld.Put(2), RpcWorld.Second, default);
        Assert.Equal(RpcOutcome.Refused, next.Now().Outcome);
        Assert.Equal(1, _world.Network.Dials);
    }

    [Fact]
    public void Refusals_are_told_now_and_then_with_the_number_of_those_that_were_not()
    {
        var log = new FakeLogger();
        var refusals = new RefusalLog(log, _world.Time);
        for (var i = 0; i < 100; i++)
        {
            refusals.Add("stranger:1", "wrong cluster");
            _world.Time.Advance(TimeSpan.FromMilliseconds(150));
        }

        Assert.Equal(
            [
                "Refused stranger:1: wrong cluster",
                "Refused stranger:1: wrong cluster; and 66 others since the last warning",
            ],
            log.Lines);
    }

    [Fact]
    public void Strangers_that_send_nothing_or_rubbish_are_told_of_now_and_then()
    {
        var log = new FakeLogger();
        using var world = new RpcWorld(logging: log);
        for (var i = 0; i < 100; i++)
        {
            world.Stranger().Send("GET / HTTP/1.1\r\n\r\n"u8);
            world.Stranger();
        }

        world.Network.Deliver();
        world.Time.Advance(world.Options.ConnectTimeout);
        Assert.Single(log.Lines);
        Assert.StartsWith("Refused ", log.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(0, 2, true)]
    [InlineData(1, 0, true)]
    public void A_server_of_another_cluster_with_the_same_name_is_refused(ulong own, ulong others, bool isLetIn)
    {
        var log = new FakeLogger();
        using var world = new RpcWorld(logging: log) { Founding = own };
        using var link = world.Link(founding: others);

        link.Send(RpcWorld.Vote());
        world.Network.Deliver();

        Assert.Equal(isLetIn ? 1 : 0, world.Messages.Count);
        Assert.Equal(!isLetIn, log.Lines.Exists(line => line.Contains(
            "n1 belongs to another cluster 'c', founded with other members", StringComparison.Ordinal)));
    }

    [Fact]
    public void Another_protocol_version_is_refused()
    {
        var hello = new Hello(2, "c", NodeId.None, NodeId.None);
        var reason = new RpcIdentity("c", new NodeId(1)).WhyRefuse(hello);
        Assert.Equal("n1 speaks protocol version 1, not 2", reason);
    }

    [Fact]
    public void A_dialler_with_the_servers_own_id_is_refused() =>
        Assert.NotNull(new RpcIdentity("c", new NodeId(1)).WhyRefuse(new Hello(1, "c", new(1), new(1))));

    [Fact]
    public void The_pause_before_dialling_again_doubles_up_to_its_bound()
    {
        _world.Server.Dispose();
        using var channel = _world.Channel();
        foreach (var pauseMs in (int[])[20, 40, 80, 160, 320, 500, 500])
        {
            var dials = _world.Network.Dials;
            Assert.Equal(RpcOutcome.NotSent, Call(channel).Now().Outcome);
            _world.Time.Advance(TimeSpan.FromMilliseconds(pauseMs - 1));
            Assert.Equal(RpcOutcome.NotSent, Call(channel).Now().Outcome);
            Assert.Equal(dials + 1, _world.Network.Dials);
            _world.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public void A_welcome_ends_the_doubling()
    {
        using var channel = _world.Channel();
        for (var i = 1; i <= 3; i++)
        {
            var call = Call(channel);
            _world.Network.Deliver();
            _world.Connection.Break("cable cut");
            Assert.Equal(RpcOutcome.ConnectionLost, call.Now().Outcome);
            _world.Time.Advance(TimeSpan.FromMilliseconds(20));
        }
        Assert.Equal(3, _world.Network.Dials);
    }

    [Fact]
    public void Calls_wait_for_the_connection_and_fail_unsent_when_it_is_not_made()
    {
        var held = _world.Network.Held = new();
        using var channel = _world.Channel();
        var calls = new[] { Call(channel), Call(channel) };
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        held.SetResult(false);
        Assert.All(calls, call => Assert.Equal(RpcOutcome.NotSent, call.Now().Outcome));
        _world.Time.Advance(RpcWorld.Second);
        _world.Network.Held = null;
        _ = Call(channel);
        _world.Network.Deliver();
        Assert.Single(_world.Commands);
    }

    [Fact]
    public void A_dial_that_hangs_is_given_up()
    {
        _world.Network.Held = new();
        using var channel = _world.Channel();
        var call = channel.CallAsync(RpcWorld.Put(1), 10 * RpcWorld.Second, default);
        _world.Time.Advance(_world.Options.ConnectTimeout);
        Assert.Equal(RpcOutcome.NotSent, call.Now().Outcome);
        Assert.Contains("no welcome within 1000 ms", call.Now().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_welcome_that_is_lost_is_given_up_and_asked_for_again()
    {
        using var channel = _world.Channel();
        var call = channel.CallAsync(RpcWorld.Put(1), 10 * RpcWorld.Second, default);
        _world.Connection.Other.Inbound.Clear();
        _world.Network.Deliver();
        _world.Time.Advance(_world.Options.ConnectTimeout);
        Assert.Equal(RpcOutcome.NotSent, call.Now().Outcome);
        Assert.True(_world.Connection.IsClosed);
        _world.Time.Advance(RpcWorld.Second);
        _ = Call(channel);
        _world.Network.Deliver();
        Assert.Single(_world.Commands);
    }

    [Fact]
    public void Repeated_greetings_do_no_harm()
    {
        using var channel = _world.Channel();
        var call = Call(channel);
        var far = _world.Connection.Other;
        far.Inbound.Add(far.Inbound[0]);
        far.DeliverOne();
        _world.Connection.Inbound.Add(_world.Connection.Inbound[0]);
        _world.Network.Deliver();
        Assert.Single(_world.Commands);
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public void Who_does_not_introduce_himself_in_time_is_cut_off()
    {
        var stranger = _world.Stranger();
        _world.Time.Advance(_world.Options.ConnectTimeout);
        Assert.True(stranger.Other.IsClosed);
    }

    [Fact]
    public void A_request_before_a_hello_ends_the_connection()
    {
        var stranger = _world.Stranger();
        stranger.Send(WireOperations.Request(RpcWorld.Put(1)));
        _world.Network.Deliver();
        Assert.True(stranger.Other.IsClosed);
        Assert.Empty(_world.Commands);
    }

    [Fact]
    public void A_peers_messages_wait_for_its_connection()
    {
        using var link = _world.Link();
        Assert.True(link.Send(RpcWorld.Vote()));
        Assert.Empty(_world.Messages);
        _world.Network.Deliver();
        Assert.True(link.Send(RpcWorld.Vote()));
        _world.Network.Deliver();
        Assert.Equal([RpcWorld.Vote(), RpcWorld.Vote()], _world.Messages);
    }

    [Fact]
    public void A_peers_messages_are_dropped_while_it_cannot_be_reached_and_flow_again_later()
    {
        _world.Server.Dispose();
        using var link = _world.Link();
        link.Send(RpcWorld.Vote());
        Assert.False(link.Send(RpcWorld.Vote()));
        using var again = new RpcServer(
            _world.Platform, new RpcIdentity("c", new NodeId(1)), "one", _world, _world.Options);
        _world.Time.Advance(RpcWorld.Second);
        Assert.True(link.Send(RpcWorld.Vote()));
        _world.Network.Deliver();
        Assert.Single(_world.Messages);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 4)]
    public void A_peer_speaks_only_for_itself_and_only_to_this_server(int from, int to)
    {
        using var link = _world.Link();
        link.Send(RpcWorld.Vote(from, to));
        _world.Network.Deliver();
        Assert.Empty(_world.Messages);
        Assert.False(link.Send(RpcWorld.Vote(from, to)));
    }

    [Fact]
    public void A_client_sends_no_messages_of_servers()
    {
        var stranger = _world.Stranger();
        stranger.Send(new RpcIdentity("c", NodeId.None).Introduce(NodeId.None).Write(new FrameWriter()));
        stranger.Send(MessageCodec.Write(new FrameWriter(), RpcWorld.Vote()));
        _world.Network.Deliver();
        Assert.Empty(_world.Messages);
        Assert.True(stranger.Other.IsClosed);
    }

    [Fact]
    public void More_connections_than_allowed_are_turned_away()
    {
        using var world = new RpcWorld(new RpcOptions { MaxConnections = 1 });
        var strangers = Enumerable.Range(0, 66).Select(_ => world.Stranger()).ToArray();
        Assert.Equal(65, strangers.Count(stranger => !stranger.Other.IsClosed));
    }

    [Fact]
    public void Clients_leave_room_for_servers()
    {
        using var world = new RpcWorld(new RpcOptions { MaxConnections = 2 });
        for (var client = 1; client <= 3; client++)
        {
            _ = Call(world.Channel());
            world.Network.Deliver();
        }

        Assert.Equal(2, world.Commands.Count);
        Assert.Equal([false, false, true], world.Network.Dialled.Select(client => client.Other.IsClosed));

        world.Link().Send(RpcWorld.Vote());
        world.Network.Deliver();
        Assert.Single(world.Messages);
    }

    private static Task<RpcResult> Call(RpcChannel channel) =>
        channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second, default);
}
