using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// At most one leader per term, over the whole history (paper §5.2), and a leader holds every entry committed in an
/// earlier term (leader completeness, §5.4).
/// </summary>
internal sealed class ElectionSafety(CommittedLog committed)
{
    private readonly Dictionary<long, NodeId> _leaders = [];

    /// <summary>Elections seen so far.</summary>
    public int Terms => _leaders.Count;

    /// <summary>Checks a node that leads now.</summary>
    public void Observe(NodeView node, Raft raft)
    {
        if (raft.Role != Role.Leader || (node.Role == Role.Leader && node.Term == raft.Term))
            return;
        if (!_leaders.TryAdd(raft.Term.Value, node.Id) && _leaders[raft.Term.Value] != node.Id)
            throw new InvariantViolationException("election safety",
                $"{node.Id} leads term {raft.Term}, which {_leaders[raft.Term.Value]} has led");

        var index = committed.LastCommittedBefore(raft.Term);
        var term = committed.TermAt(index);
        if (raft.LastIndex < index || (raft.Snapshot.Index < index && raft.Log.TermAt(index) != term))
            throw new InvariantViolationException("leader completeness",
                $"{node.Id} leads term {raft.Term} without the committed entry {index} of term {term}");
    }
}
