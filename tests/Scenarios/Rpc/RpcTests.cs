using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

public sealed class RpcTests : IDisposable
{
    private readonly RpcWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Calls_in_flight_are_answered_by_number_not_by_order()
    {
        using var channel = _world.Channel();
        var calls = Enumerable.Range(1, 64).Select(i => Call(channel, i)).ToArray();
        _world.Network.Deliver();
        foreach (var (command, reply) in Enumerable.Reverse(_world.Commands))
            reply.Send(RpcWorld.Ok(command.Key));
        _world.Network.Deliver();
        for (var i = 0; i < calls.Length; i++)
            Assert.Equal(RpcWorld.Ok($"key{i + 1}"), calls[i].Now().Reply);
        Assert.Equal(1, _world.Network.Dials);
    }

    [Fact]
    public void A_late_answer_meets_no_other_call()
    {
        using var channel = _world.Channel();
        var first = Call(channel, 1);
        _world.Network.Deliver();
        _world.Time.Advance(RpcWorld.Second);
        Assert.Equal(RpcOutcome.TimedOut, first.Now().Outcome);
        var second = Call(channel, 2);
        _world.Network.Deliver();
        _world.Commands[0].Reply.Send(RpcWorld.Ok("late"));
        _world.Network.Deliver();
        Assert.False(second.IsCompleted);
        _world.Commands[1].Reply.Send(RpcWorld.Ok("own"));
        _world.Network.Deliver();
        Assert.Equal("own", second.Now().Reply!.Detail);
    }

    [Fact]
    public void Repeated_requests_and_answers_meet_no_other_call()
    {
        using var channel = _world.Channel();
        var first = Call(channel, 1);
        _world.Network.Deliver();
        _world.Commands[0].Reply.Send(RpcWorld.Ok("first"));
        var answer = Assert.Single(_world.Connection.Inbound);
        _world.Network.Deliver();
        var second = Call(channel, 2);
        var request = Assert.Single(_world.Connection.Other.Inbound);
        _world.Connection.Other.Inbound.Add(request);
        _world.Connection.Inbound.Add(answer);
        _world.Network.Deliver();
        Assert.Equal("first", first.Now().Reply!.Detail);
        Assert.False(second.IsCompleted);
        // The repeated request is no second attempt: were it refused, its answer would stand for the first one's fate.
        Assert.Equal(2, _world.Commands.Count);
    }

    [Fact]
    public void An_answer_from_before_a_reconnect_meets_no_call_after_it()
    {
        using var channel = _world.Channel();
        var first = Call(channel, 1);
        _world.Network.Deliver();
        _world.Commands[0].Reply.Send(RpcWorld.Ok("old"));
        var old = Assert.Single(_world.Connection.Inbound);
        _world.Connection.Break("cable cut");
        Assert.Equal(RpcOutcome.ConnectionLost, first.Now().Outcome);
        _world.Time.Advance(RpcWorld.Second);
        var second = Call(channel, 2);
        _world.Network.Deliver();
        _world.Connection.Inbound.Add(old);
        _world.Network.Deliver();
        Assert.Equal(2, _world.Network.Dials);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void A_channel_is_open_from_the_welcome_on_and_a_call_says_which_of_the_two_it_missed()
    {
        using var channel = _world.Channel();
        var early = channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second / 4, default);
        Assert.False(channel.IsOpen);
        _world.Time.Advance(RpcWorld.Second / 4);
        Assert.Equal((RpcOutcome.NotSent, "no welcome in time"), (early.Now().Outcome, early.Now().Reason));

        _world.Network.Deliver();
        Assert.True(channel.IsOpen);
        var late = channel.CallAsync(RpcWorld.Put(2), RpcWorld.Second / 4, default);
        _world.Time.Advance(RpcWorld.Second / 4);
        Assert.Equal("no answer in time", late.Now().Reason);
        _world.Connection.Break("test");
        Assert.False(channel.IsOpen);
    }

    [Fact]
    public void A_call_that_ends_before_the_welcome_is_not_sent_after_it()
    {
        using var channel = _world.Channel();
        var early = channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second / 4, default);
        var patient = channel.CallAsync(RpcWorld.Put(2), RpcWorld.Second, default);
        _world.Time.Advance(RpcWorld.Second / 4);
        var last = channel.CallAsync(RpcWorld.Put(3), RpcWorld.Second, default);
        _world.Network.Deliver();

        Assert.Equal(RpcOutcome.NotSent, early.Now().Outcome);
        Assert.Equal(["key2", "key3"], _world.Commands.Select(sent => sent.Command.Key));
        _world.Commands[1].Reply.Send(RpcWorld.Ok("3"));
        _world.Commands[0].Reply.Send(RpcWorld.Ok("2"));
        _world.Network.Deliver();
        Assert.Equal(("2", "3"), (patient.Now().Reply!.Detail, last.Now().Reply!.Detail));
    }

    [Fact]
    public void Deadlines_pass_one_by_one()
    {
        using var channel = _world.Channel();
        var slow = channel.CallAsync(RpcWorld.Put(1), 3 * RpcWorld.Second, default);
        var quick = channel.CallAsync(RpcWorld.Put(2), RpcWorld.Second, default);
        _world.Network.Deliver();
        _world.Time.Advance(RpcWorld.Second);
        Assert.Equal(RpcOutcome.TimedOut, quick.Now().Outcome);
        Assert.False(slow.IsCompleted);
        _world.Time.Advance(2 * RpcWorld.Second);
        Assert.Equal(RpcOutcome.TimedOut, slow.Now().Outcome);
    }

    [Fact]
    public void A_call_ends_when_its_caller_cancels()
    {
        using var channel = _world.Channel();
        using var cancellation = new CancellationTokenSource();
        var call = channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second, cancellation.Token);
        _world.Network.Deliver();
        cancellation.Cancel();
        Assert.Equal(RpcOutcome.Cancelled, call.Now().Outcome);
        Assert.Equal(
            RpcOutcome.NotSent,
            channel.CallAsync(RpcWorld.Put(2), RpcWorld.Second, cancellation.Token).Now().Outcome);
    }

    [Fact]
    public void A_continuation_may_call_again_and_close_the_channel()
    {
        var channel = _world.Channel();
        var outcomes = new List<RpcOutcome>();
        async void Run()
        {
            await Call(channel, 1);
            var next = Call(channel, 2);
            channel.Dispose();
            outcomes.Add((await next).Outcome);
        }
        Run();
        var other = Call(channel, 3);
        _world.Network.Deliver();
        foreach (var (_, reply) in _world.Commands)
            reply.Send(RpcWorld.Ok("done"));
        _world.Network.Deliver();
        Assert.Equal([RpcOutcome.ConnectionLost], outcomes);
        Assert.Equal(RpcOutcome.ConnectionLost, other.Now().Outcome);
    }

    [Fact]
    public void Closing_the_channel_ends_its_calls()
    {
        var channel = _world.Channel();
        var call = Call(channel, 1);
        _world.Network.Deliver();
        channel.Dispose();
        Assert.Equal(RpcOutcome.ConnectionLost, call.Now().Outcome);
    }

    [Fact]
    public void An_answer_after_the_connection_has_gone_is_dropped()
    {
        using var channel = _world.Channel();
        _ = Call(channel, 1);
        _world.Network.Deliver();
        _world.Connection.Break("cable cut");
        _world.Commands[0].Reply.Send(RpcWorld.Ok("nobody"));
        _world.Server.Dispose();
    }

    [Fact]
    public void Requests_beyond_the_bound_are_turned_away_unseen()
    {
        using var world = new RpcWorld(new RpcOptions { MaxRequestsInFlight = 2 });
        using var channel = new RpcChannel(
            world.Platform, new RpcIdentity("c", default), "one", default, new RpcOptions());
        var calls = Enumerable.Range(1, 3).Select(i => Call(channel, i)).ToArray();
        world.Network.Deliver();
        Assert.Equal(2, world.Commands.Count);
        Assert.Equal(RpcOutcome.Rejected, calls[2].Now().Outcome);
        world.Commands[0].Reply.Send(RpcWorld.Ok("room"));
        world.Network.Deliver();
        _ = Call(channel, 4);
        world.Network.Deliver();
        Assert.Equal(3, world.Commands.Count);
    }

    [Fact]
    public void A_malformed_request_is_turned_away_and_the_connection_lives_on()
    {
        using var channel = _world.Channel();
        var call = Call(channel, 1);
        _world.Network.Deliver();
        var frames = new FrameWriter();
        frames.Begin(3).Fill(0xff);
        _world.Connection.Send(frames.Seal(FrameKind.Request, 2));
        _world.Network.Deliver();
        Assert.Single(_world.Commands);
        Assert.False(_world.Connection.IsClosed);
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public void A_malformed_answer_ends_the_connection()
    {
        using var channel = _world.Channel();
        var call = Call(channel, 1);
        _world.Network.Deliver();
        var frames = new FrameWriter();
        frames.Begin(0);
        _world.Connection.Other.Send(frames.Seal(FrameKind.Response, 1));
        _world.Network.Deliver();
        Assert.Equal(RpcOutcome.ConnectionLost, call.Now().Outcome);
        Assert.Contains("unknown status 0", call.Now().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_no_answer_holds_is_said_to_be_too_large()
    {
        using var world = new RpcWorld(new RpcOptions { MaxBodyBytes = 1024 });
        using var channel = world.Channel();
        var get = new KvCommand(KvRequest.Get("key"), default, default, default);
        var read = channel.CallAsync(get, RpcWorld.Second, default);
        var write = Call(channel, 2);
        world.Network.Deliver();
        foreach (var (_, reply) in world.Commands)
            reply.Send(new KvReply(new KvResult(KvStatus.Ok, new byte[1024])));
        world.Network.Deliver();
        Assert.Equal(KvStatus.Rejected, read.Now().Reply!.Status);
        Assert.Contains("a message holds at most 1024", read.Now().Reply!.Detail, StringComparison.Ordinal);
        // It was applied, for all that is known here.
        Assert.Equal(KvStatus.Unknown, write.Now().Reply!.Status);
    }

    [Fact]
    public void A_message_to_a_server_that_no_frame_holds_is_dropped_and_told_once()
    {
        using var log = new FakeLogger();
        using var world = new RpcWorld(new RpcOptions { MaxBodyBytes = 1024 }, log);
        using var link = world.Link();
        LogEntry[] entries = [new(new(1), new(1), EntryKind.Command, new byte[1024])];
        var append = new AppendEntries(default, default, default, entries);
        var message = new Message(new NodeId(2), new NodeId(1), new Term(1), 1, append);
        Assert.False(link.Send(message));
        Assert.False(link.Send(message));
        var line = Assert.Single(log.Lines);
        Assert.StartsWith("No message holds the AppendEntries for n1: ", line, StringComparison.Ordinal);
        Assert.True(link.Send(RpcWorld.Vote()));
    }

    [Fact]
    public void A_full_send_buffer_is_told_at_once()
    {
        using var channel = _world.Channel();
        _ = Call(channel, 1);
        _world.Network.Deliver();
        _world.Connection.IsFull = true;
        Assert.Equal(RpcOutcome.NotSent, Call(channel, 2).Now().Outcome);
    }

    private static Task<RpcResult> Call(RpcChannel channel, int number) =>
        channel.CallAsync(RpcWorld.Put(number), RpcWorld.Second, default);
}
