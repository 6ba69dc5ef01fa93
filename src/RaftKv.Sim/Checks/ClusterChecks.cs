using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// The always-on properties of a whole cluster, checked after every turn of every node. A violation throws
/// <see cref="InvariantViolationException"/> in the middle of the event that caused it.
/// </summary>
internal sealed class ClusterChecks
{
    private readonly NodeView[] _nodes;
    private readonly CommittedLog _committed;
    private readonly LogMatching _logMatching = new();
    private readonly ElectionSafety _elections;
    private readonly StateMachineSafety _stateMachines;

    public ClusterChecks(int nodes)
    {
        _nodes = [.. Enumerable.Range(1, nodes).Select(id => new NodeView(new NodeId(id)))];
        _committed = new CommittedLog(_nodes);
        _elections = new ElectionSafety(_committed);
        _stateMachines = new StateMachineSafety(_committed);
    }

    /// <summary>A node leads a new term.</summary>
    public event Action<NodeId>? Elected;

    /// <summary>A leader has committed something for the first time in its term.</summary>
    public event Action<NodeId>? Commits;

    /// <summary>The last index known to be committed anywhere.</summary>
    public LogIndex LastCommitted => _committed.LastIndex;

    /// <summary>Terms that had a leader.</summary>
    public int LedTerms => _elections.Terms;

    /// <summary>A node does not get its disk back. What it held and promised still counts.</summary>
    public void DiskLost(NodeId id) => _nodes[id.Value - 1] = new NodeView(id) { BeforeDiskLoss = View(id) };

    /// <summary>A node has recovered from its disk.</summary>
    public void Started(Raft raft, ulong stateHash)
    {
        var node = View(raft.Id);
        DurablePromises.Restarted(node, raft);
        // What was read back is looked at again, entry by entry.
        node.TruncateTo(LogIndex.Max(raft.FirstIndex, new LogIndex(1)).Previous);
        // A core that is given its first configuration, without a log that holds it.
        if (node.Electorates.Count == 0 && raft.Snapshot == SnapshotId.None && !raft.IsBlank
            && raft.ConfigurationAt(LogIndex.Zero) is { Members.Count: > 0 } first)
            node.Add(LogIndex.Zero, new Electorate(first));
        node.Term = raft.Term;
        node.Role = raft.Role;
        node.Commit = raft.CommitIndex;
        node.Applied = LogIndex.Zero;
        _stateMachines.Restored(node, raft.Snapshot.Index, stateHash);
        Observe(raft);
    }

    /// <summary>A node has finished a turn.</summary>
    public void Observe(Raft raft)
    {
        var node = View(raft.Id);
        Monotonic(node, raft);
        _logMatching.Observe(node, raft, _committed);
        node.Durable = raft.DurableIndex;
        node.DurableHardState = raft.DurableHardState;
        var ledTerms = LedTerms;
        _elections.Observe(node, raft);
        if (LedTerms > ledTerms)
            Elected?.Invoke(node.Id);
        node.Term = raft.Term;
        node.Role = raft.Role;
        if (raft.Role == Role.Leader && raft.CommitIndex > node.Commit && node.LastTermOfCommit < raft.Term)
        {
            node.LastTermOfCommit = raft.Term;
            Commits?.Invoke(node.Id);
        }

        for (; node.Commit < raft.CommitIndex; node.Commit = node.Commit.Next)
            _committed.Report(node, node.Commit.Next, node.TermAt(node.Commit.Next));
        if (raft.Role == Role.Leader)
            ConfigurationSafety.ObserveLeader(node, raft);
        node.FormerElectorate = node.Electorates is [.., var (last, _)] ? last : LogIndex.Zero;
        var covered = _committed.TermAt(raft.Snapshot.Index);
        if (raft.Snapshot.Term != covered)
            throw new InvariantViolationException("a snapshot is named after a committed entry",
                $"{node.Id} has snapshot {raft.Snapshot}, but term {covered} is committed there");
    }

    /// <summary>A message leaves a node.</summary>
    public void Sending(Raft raft, in Message message)
    {
        DurablePromises.Sending(View(raft.Id), raft, message);
        if (message.Kind == MessageKind.VoteReply && message.VoteReply.Granted)
            _elections.Voted(message.Term, message.To, message.From);
    }

    /// <summary>A node applied an entry.</summary>
    public void Applied(Raft raft, in LogEntry entry, ulong stateHash) =>
        _stateMachines.Applied(View(raft.Id), entry, stateHash);

    /// <summary>A node installed a snapshot.</summary>
    public void Restored(Raft raft, LogIndex index, ulong stateHash) =>
        _stateMachines.Restored(View(raft.Id), index, stateHash);

    private static void Monotonic(NodeView node, Raft raft)
    {
        if (raft.Term < node.Term)
            throw new InvariantViolationException("term is monotonic", $"{node.Id}: {node.Term} became {raft.Term}");
        if (raft.CommitIndex < node.Commit)
            throw new InvariantViolationException(
                "commit index is monotonic", $"{node.Id}: {node.Commit} became {raft.CommitIndex}");
        if (raft.CommitIndex > raft.LastIndex || raft.DurableIndex > raft.LastIndex || node.Applied > raft.CommitIndex
            || raft.Snapshot.Index > raft.CommitIndex)
            throw new InvariantViolationException("snapshot <= applied <= commit <= last, durable <= last",
                $"{node.Id}: snapshot {raft.Snapshot.Index}, applied {node.Applied}, commit {raft.CommitIndex}, "
                + $"last {raft.LastIndex}, durable {raft.DurableIndex}");
    }

    private NodeView View(NodeId id) => _nodes[id.Value - 1];
}
