using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Server;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Replicas;

/// <summary>Callers at fault: one that disposes the replica that is just answering it, one on another thread.</summary>
public sealed class CallerTests
{
    private readonly SimWorld _world = new(1);
    private readonly Member _self = new(new NodeId(1), "n1", MemberRole.Voter);
    private readonly CountingMachine _machine = new();
    private readonly TurnCounter _turns = new();
    private ReplicaServer<int>? _server;

    [Fact]
    public void Nothing_is_applied_once_it_is_disposed()
    {
        var node = Start();
        var appliedAtTheEnd = 0;
        node.Post(async () =>
        {
            var first = _server!.ProposeAsync(new byte[1]);
            var others = Enumerable.Range(0, 4).Select(_ => _server.ProposeAsync(new byte[1])).ToArray();
            await first;
            _server.Dispose();
            appliedAtTheEnd = _machine.Applied;
            Assert.All(others, other => Assert.Equal(ProposalEnd.Unknown, other.Result.End));
        });
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.Null(_world.Failure);
        Assert.Equal(1, appliedAtTheEnd);
        Assert.Equal(1, _machine.Applied);
    }

    [Fact]
    public void Nothing_is_sent_once_it_is_disposed()
    {
        var accepted = 0;
        var peer = _world.AddNode("n2", platform => platform.Network.Listen("n2", _ => accepted++));
        peer.Start();
        var node = Start();
        var learner = new MemberChange(MemberChangeKind.AddLearner, new NodeId(2), "n2");
        node.Post(async () =>
        {
            // The learner's first entries are sent at the end of the turn in which the transfer turns out impossible.
            _ = _server!.Replica.ChangeMembershipAsync([learner]);
            Assert.Equal(TransferStatus.NoVoter, await _server.Replica.TransferAsync());
            _server.Dispose();
        });
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.Null(_world.Failure);
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void It_refuses_to_be_asked_on_another_thread_than_its_loop_and_answers_there_once_it_is_disposed()
    {
        var node = Start();
        Assert.Throws<InvalidOperationException>(() => { _ = _server!.ProposeAsync(new byte[1]); });
        node.Post(_server!.Dispose);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(_server.ProposeAsync(new byte[1]).IsCompletedSuccessfully);
    }

    [Fact]
    public void Callers_that_are_told_of_the_lost_leadership_may_dispose_it_one_after_another()
    {
        var pending = new PendingProposals<int>();
        var ends = new List<ProposalEnd>();
        for (var index = 1; index <= 3; index++)
        {
            var number = pending.Register(out var outcome);
            pending.Decide(
                new ProposalResult(number, ProposalStatus.Appended, new LogIndex(index), new Term(1)), NodeId.None);
            Stop(outcome);
        }

        pending.Deposed();

        Assert.Equal([ProposalEnd.Unknown, ProposalEnd.Unknown, ProposalEnd.Unknown], ends);
        Assert.Equal(0, pending.Count);

        async void Stop(Task<ProposalOutcome<int>> outcome)
        {
            ends.Add((await outcome).End);
            pending.Stop();
        }
    }

    /// <summary>
    /// Seed 6119 of a sweep: the turn broke off in silence, and the checks did not hear what it had done to the log.
    /// </summary>
    [Fact]
    public void Its_last_turn_ends_though_the_first_of_two_transfers_that_end_disposes_it()
    {
        var node = Start();
        var before = 0;
        node.Post(async () =>
        {
            before = _turns.Ended;
            var first = _server!.Replica.TransferAsync(new NodeId(8));
            var second = _server.Replica.TransferAsync(new NodeId(9));
            await first;
            _server.Dispose();
            Assert.Equal(TransferStatus.NotLeader, await second);
        });
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.Null(_world.Failure);
        Assert.Equal(before + 1, _turns.Ended);
    }

    private SimNode Start()
    {
        var disk = new SimStorage(_world.Scheduler, _world.Decisions.Stream(Concern.Disk));
        var node = _world.AddNode(_self.Address, platform => _ = StartAsync(platform), disk);
        node.Start();
        Assert.True(_world.RunUntil(
            () => _server is { Replica.Raft.Role: Role.Leader }, TimeSpan.FromSeconds(5)));
        return node;
    }

    private async Task StartAsync(NodePlatform platform)
    {
        var options = new ReplicaOptions
        {
            FirstStart = FirstStart.Founds(new Configuration([_self])),
            Raft = new RaftOptions { Id = _self.Id },
        };
        _server = await ReplicaServer.StartAsync(
            "callers", _self.Address, options, new StorageOptions(), platform, _machine, _turns);
    }

    private sealed class TurnCounter : ReplicaObserver
    {
        public int Ended { get; private set; }

        public override void TurnEnded() => Ended++;
    }

    private sealed class CountingMachine : IStateMachine<int>
    {
        public int Applied { get; private set; }

        public int Apply(LogIndex index, ReadOnlyMemory<byte> command) => ++Applied;

        public int Query(ReadOnlyMemory<byte> query) => Applied;

        public ISnapshotCut Cut() => SmallState.Cut(new byte[1]);

        public ISnapshotRestore BeginRestore() => SmallState.Restore(_ => { });
    }
}
