using System.Runtime.InteropServices;
using RaftKv.Consensus;

namespace RaftKv.Bench;

/// <summary>
/// A consensus core with a disk that is durable at once and a state machine that does nothing. Messages move by
/// function call; the log is compacted as in etcd's benchmark of its raft: 20,000 entries, 1,000 of them kept.
/// </summary>
internal sealed class CoreNode
{
    private const int CompactEvery = 20_000;
    private const int Kept = 1_000;

    private readonly Effects _effects = new();
    private List<Message> _inbox = [];
    private List<Message> _reading = [];
    private bool _isDirty;

    public CoreNode(RaftOptions options, Configuration configuration)
    {
        var random = (ulong)options.Id.Value;
        var recovered = RecoveredState.Fresh with { Configuration = configuration };
        Raft = new Raft(options, recovered, Below, now: 0);

        int Below(int exclusiveMax)
        {
            random = (random * 6364136223846793005) + 1442695040888963407;
            return (int)((random >> 33) % (ulong)exclusiveMax);
        }
    }

    public Raft Raft { get; }

    /// <summary>Monotonic time, which stands still but for the election.</summary>
    public long Now { get; set; }

    /// <summary>Lets time pass.</summary>
    public void Elapse()
    {
        Raft.Step(Now, Input.TimePassed, _effects);
        _isDirty = true;
    }

    /// <summary>Proposes a command.</summary>
    /// <returns>Whether it was taken; not, when too much is not committed yet.</returns>
    public bool Propose(ReadOnlyMemory<byte> command)
    {
        Raft.Step(Now, Input.Propose(1, command), _effects);
        _isDirty = true;
        return _effects.Proposals[^1].Status == ProposalStatus.Appended;
    }

    /// <summary>Begins a change of who votes.</summary>
    public void Change(MemberChange[] changes)
    {
        Raft.Step(Now, Input.ChangeMembership(1, changes), _effects);
        _isDirty = true;
        if (!Raft.Configuration.IsJoint)
            throw new InvalidOperationException($"No change: {_effects.Proposals[^1].Reason}");
    }

    /// <summary>Ends a batch of inputs: what it appended is sent.</summary>
    public void EndBatch(CoreNode[] cluster)
    {
        Raft.Step(Now, Input.BatchEnd, _effects);
        CarryOut(cluster);
    }

    /// <summary>Takes all messages at hand.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public bool Run(CoreNode[] cluster)
    {
        if (_inbox.Count == 0 && !_isDirty)
            return false;
        _isDirty = false;
        (_inbox, _reading) = (_reading, _inbox);
        foreach (ref readonly var message in CollectionsMarshal.AsSpan(_reading))
            Raft.Step(Now, Input.Received(message), _effects);
        _reading.Clear();
        EndBatch(cluster);
        return true;
    }

    private void CarryOut(CoreNode[] cluster)
    {
        while (!_effects.IsEmpty)
        {
            var token = _effects.Writes.Count > 0 ? _effects.Writes[^1].Token : 0;
            foreach (ref readonly var message in CollectionsMarshal.AsSpan(_effects.Messages))
                cluster[message.Message.To.Value - 1]._inbox.Add(message.Message);
            _effects.Clear();
            if (token > 0)
                Raft.Step(Now, Input.Persisted(token), _effects);
            Apply();
            if (token > 0)
                Raft.Step(Now, Input.BatchEnd, _effects);
        }
    }

    private void Apply()
    {
        if (Raft.CommitIndex == Raft.AppliedIndex)
            return;
        Raft.Step(Now, Input.Applied(Raft.CommitIndex), _effects);
        var applied = Raft.AppliedIndex;
        if (applied - Raft.Log.BaseIndex < CompactEvery)
            return;
        var snapshot = new SnapshotId(applied, Raft.Log.TermAt(applied));
        Raft.Step(Now, Input.SnapshotTaken(snapshot, applied - Kept), _effects);
    }
}
