using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Scenarios.KeyValue;
using RaftKv.Scenarios.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Client;

public sealed class ClerkOverRpcTests : IDisposable
{
    private readonly RpcWorld _world = new();
    private readonly Clerk _clerk;

    public ClerkOverRpcTests() =>
        _clerk = new Clerk(_world.Platform, new ClerkOptions { Endpoints = ["nowhere", "one"], ClusterId = "c" });

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Operations_and_answers_travel_through_frames()
    {
        var get = _clerk.GetAsync("ä").AsTask();
        var absent = _clerk.GetAsync("absent").AsTask();
        var append = _clerk.AppendAsync("k", "v").AsTask();

        _world.Network.Deliver();
        Assert.Equal(["ä", "absent", "k"], _world.Commands.Select(request => request.Command.Key));
        _world.Commands[2].Reply.Send(new KvReply(KvStatus.Ok));
        _world.Commands[1].Reply.Send(new KvReply(KvStatus.Ok));
        _world.Commands[0].Reply.Send(new KvReply(new KvResult(KvStatus.Ok, "ü"u8.ToArray())));
        _world.Network.Deliver();

        Assert.Equal("ü", KvCommands.Text(get.Now()));
        Assert.Null(absent.Now());
        Assert.True(append.IsCompletedSuccessfully);
        Assert.Equal("v", KvCommands.Text(_world.Commands[2].Command.Value));
    }

    [Fact]
    public void A_write_whose_connection_breaks_is_sent_again_as_it_was_once_the_server_can_be_reached()
    {
        var append = _clerk.AppendAsync("k", "v").AsTask();
        _world.Network.Deliver();
        _world.Connection.Other.Dispose();
        for (var i = 0; i < 500 && _world.Commands.Count < 2; i++)
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(1));
            _world.Network.Deliver();
        }

        _world.Commands[1].Reply.Send(new KvReply(KvStatus.Ok));
        _world.Network.Deliver();

        Assert.True(append.IsCompletedSuccessfully);
        Assert.Equal(_world.Commands[0].Command.RequestId, _world.Commands[1].Command.RequestId);
        Assert.Equal(_world.Commands[0].Command.ClientId, _world.Commands[1].Command.ClientId);
    }

    [Fact]
    public void A_Clerk_of_another_cluster_learns_why_it_is_refused_at_once()
    {
        var stranger = new Clerk(_world.Platform, new ClerkOptions { Endpoints = ["one"], ClusterId = "other" });
        var put = stranger.PutAsync("k", "v").AsTask();
        _world.Network.Deliver();

        var error = Assert.Throws<ClerkRefusedException>(() => put.Now());
        Assert.EndsWith("one: n1 belongs to cluster 'c', not to 'other'.", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _world.Network.Dials);
    }

    [Fact]
    public void Disposing_closes_the_connection()
    {
        var append = _clerk.AppendAsync("k", "v").AsTask();
        _world.Network.Deliver();

        _ = _clerk.DisposeAsync().AsTask();

        Assert.IsType<ClerkOutcomeUnknownException>(append.Exception?.InnerException);
        Assert.True(_world.Connection.IsClosed);
    }

    [Fact]
    public void A_command_that_no_frame_holds_was_not_applied()
    {
        var put = _clerk.PutAsync("k", new byte[_world.Options.MaxBodyBytes + 1]).AsTask();
        _world.Network.Deliver();

        var error = Assert.Throws<KvRejectedException>(() => put.Now());
        Assert.Contains("a message holds at most 16777216", error.Message, StringComparison.Ordinal);
        Assert.Empty(_world.Commands);
    }
}
