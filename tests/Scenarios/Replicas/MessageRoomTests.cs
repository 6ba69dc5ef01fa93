using System.Text;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Rpc;
using RaftKv.Scenarios.StateMachines;
using RaftKv.Server;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Replicas;

/// <summary>
/// What no message can carry must not get into the log: the leader could never send it, nor any leader after it.
/// </summary>
public sealed class MessageRoomTests
{
    private static readonly Member[] _members =
        [.. Enumerable.Range(1, 3).Select(id => new Member(new NodeId(id), $"n{id}", MemberRole.Voter))];

    private readonly SimWorld _world = new(1);
    private readonly List<ReplicaServer<LockResult>> _servers = [];

    [Fact]
    public void A_command_that_no_message_holds_is_refused_and_the_largest_other_is_replicated()
    {
        var rpc = new RpcOptions { MaxBodyBytes = 256 * 1024 };
        foreach (var member in _members)
            Start(member, rpc, new RaftOptions { Id = member.Id, MaxAppendBytes = 128 * 1024 });
        Assert.True(_world.RunUntil(() => Leader is not null, TimeSpan.FromSeconds(5)));

        var largest = ProposalEnd.Unknown;
        _world.Nodes[Leader!.Replica.Raft.Id.Value - 1].Post(async () =>
        {
            Assert.Throws<ArgumentException>(() => { _ = Leader.ProposeAsync(Take(rpc.MaxPayloadBytes + 1)); });
            largest = (await Leader.ProposeAsync(Take(rpc.MaxPayloadBytes))).End;
        });
        _world.RunFor(TimeSpan.FromSeconds(2));

        Assert.Null(_world.Failure);
        Assert.Equal(ProposalEnd.Applied, largest);
        Assert.All(_servers, server => Assert.Equal(Leader.Replica.Raft.CommitIndex, server.Replica.Applied));
    }

    [Theory]
    [InlineData(100 * 1024, 64 * 1024, "MaxAppendBytes")]
    [InlineData(16 * 1024, 100 * 1024, "SnapshotChunkBytes")]
    public async Task Options_that_a_message_cannot_hold_are_refused(int append, int chunk, string named)
    {
        var raft = new RaftOptions { Id = new NodeId(1), MaxAppendBytes = append };
        var problem = await Assert.ThrowsAsync<ArgumentException>(() => ReplicaServer.StartAsync(
            "room", "n1", new ReplicaOptions { Raft = raft }, new StorageOptions { SnapshotChunkBytes = chunk },
            null!, new LockTable(), rpc: new RpcOptions { MaxBodyBytes = 128 * 1024 }));
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    private ReplicaServer<LockResult>? Leader =>
        _servers.Find(server => server.Replica.Raft is { Role: Role.Leader } raft && raft.CommitIndex.Value > 1);

    private static byte[] Take(int bytes) => Encoding.ASCII.GetBytes("take lock ".PadRight(bytes, 'o'));

    private void Start(Member member, RpcOptions rpc, RaftOptions raft)
    {
        var decisions = _world.Decisions.Stream(Concern.Disk, member.Id.Value);
        var disk = new SimStorage(_world.Scheduler, decisions);
        _world.AddNode(member.Address, platform => _ = StartAsync(platform), disk).Start();

        async Task StartAsync(NodePlatform platform)
        {
            var founds = FirstStart.Founds(new Configuration(_members));
            var server = await ReplicaServer.StartAsync(
                "room", member.Address, new ReplicaOptions { FirstStart = founds, Raft = raft }, new StorageOptions(),
                platform, new LockTable(), rpc: rpc);
            server.Replica.Failed += fault => _world.Scheduler.Fail(null, fault);
            _servers.Add(server);
        }
    }
}
