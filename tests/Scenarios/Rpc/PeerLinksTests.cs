using RaftKv.Consensus;
using RaftKv.Rpc;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

public sealed class PeerLinksTests : IDisposable
{
    private readonly RpcWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_lost_attempt_to_connect_to_a_peer_costs_an_election_time_out_and_no_more()
    {
        var raft = new RaftOptions { Id = new(2) };
        var members = new Configuration([new(new(1), "one", MemberRole.Voter)]);
        using var links = new PeerLinks(_world.Platform, new RpcIdentity("c", new(2), "two"), _world.Options, raft);
        _world.Network.Held = new();
        links.Send(RpcWorld.Vote(), members);
        _world.Time.Advance(raft.ElectionTimeout);

        _world.Network.Held = null;
        _world.Time.Advance(_world.Options.MinBackoff);
        links.Send(RpcWorld.Vote(), members);
        _world.Network.Deliver();

        Assert.Equal(2, _world.Network.Dials);
        Assert.Single(_world.Messages);
    }
}
