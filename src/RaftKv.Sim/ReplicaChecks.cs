using RaftKv.Consensus;
using RaftKv.Server;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;

namespace RaftKv.Sim;

/// <summary>Connects one incarnation of a server to the checks and to the trace.</summary>
/// <param name="checks">The checks over all servers.</param>
/// <param name="scheduler">The scheduler of the server's world.</param>
/// <param name="stateHash">A hash of the state machine's present state.</param>
internal class ReplicaChecks(ClusterChecks checks, Scheduler scheduler, Func<ulong> stateHash) : ReplicaObserver
{
    private Raft? _raft;
    private (Role Role, Term Term, LogIndex Commit) _traced;

    /// <summary>Told of every entry that the server applies.</summary>
    public Action? OnApplied { get; init; }

    /// <summary>The server has recovered.</summary>
    public void Started(Raft raft)
    {
        _raft = raft;
        checks.Started(raft, stateHash());
        TurnEnded();
    }

    public override void Sending(in Message message) => checks.Sending(_raft!, message);

    public override void Applied(in LogEntry entry)
    {
        checks.Applied(_raft!, entry, stateHash());
        OnApplied?.Invoke();
    }

    public override void Restored(SnapshotId snapshot) => checks.Restored(_raft!, snapshot.Index, stateHash());

    public override void TurnEnded()
    {
        checks.Observe(_raft!);
        var state = (_raft!.Role, _raft.Term, _raft.CommitIndex);
        if (state == _traced)
            return;
        _traced = state;
        scheduler.Record(scheduler.Current, TraceKind.Node, ((long)_raft.Role << 56) | _raft.Term.Value,
            _raft.CommitIndex.Value,
            $"{_raft.Role} in term {_raft.Term}, commit {_raft.CommitIndex}, last {_raft.LastIndex}, durable "
            + $"{_raft.DurableIndex}");
    }
}
