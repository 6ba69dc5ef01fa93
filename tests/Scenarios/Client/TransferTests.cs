using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

public sealed class TransferTests : IDisposable
{
    private readonly ClerkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_transfer_is_asked_of_the_leader()
    {
        _world.AnswerAdministrator = address => address switch
        {
            "a" => Reply(KvStatus.NotLeader, leader: "c"),
            "c" => Reply(KvStatus.Ok),
            _ => Failed(RpcOutcome.NotSent),
        };

        _world.Within(0, _world.Clerk().TransferLeadershipAsync(2));

        var two = new TransferRequest(new NodeId(2));
        Assert.Equal([("a", two), ("c", two)], _world.Administered);
    }

    [Fact]
    public void Whoever_is_fit_is_node_none_and_a_refusal_is_told()
    {
        _world.AnswerAdministrator = _ => Reply(KvStatus.Rejected, detail: "n7 is no voter");
        var failure = Assert.Throws<KvRejectedException>(
            () => _world.Within(0, _world.Clerk().TransferLeadershipAsync()));
        Assert.Equal("Transfer of the leadership was rejected: n7 is no voter.", failure.Message);
        Assert.Equal(new TransferRequest(NodeId.None), Assert.Single(_world.Administered).Request);
    }

    [Fact]
    public void Without_a_leader_it_gives_up_in_time() =>
        Assert.Throws<ClerkUnavailableException>(
            () => _world.Within(31_000, _world.Clerk().TransferLeadershipAsync(1)));
}
