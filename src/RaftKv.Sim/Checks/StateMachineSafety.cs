using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// Every replica applies the committed entries in order, each once, and equal applied indexes mean equal states (paper
/// §5.4.3).
/// </summary>
internal sealed class StateMachineSafety(CommittedLog committed)
{
    private readonly Dictionary<long, ulong> _states = [];

    /// <summary>A node applied an entry and now has the given state.</summary>
    public void Applied(NodeView node, in LogEntry entry, ulong stateHash)
    {
        if (entry.Index != node.Applied.Next)
            throw new InvariantViolationException("state machine safety",
                $"{node.Id} applies index {entry.Index} after index {node.Applied}");
        if (entry.Index <= committed.LastIndex && committed.TermAt(entry.Index) != entry.Term)
            throw new InvariantViolationException("state machine safety",
                $"{node.Id} applies term {entry.Term} at index {entry.Index}, "
                + $"where term {committed.TermAt(entry.Index)} is committed");
        node.Applied = entry.Index;
        Compare(node, stateHash);
    }

    /// <summary>A node replaced its state by a snapshot's, or restarted from one.</summary>
    public void Restored(NodeView node, LogIndex index, ulong stateHash)
    {
        if (index < node.Applied)
            throw new InvariantViolationException("state machine safety",
                $"{node.Id} restores a snapshot of index {index} although it has applied index {node.Applied}");
        node.Applied = index;
        Compare(node, stateHash);
    }

    private void Compare(NodeView node, ulong stateHash)
    {
        if (!_states.TryAdd(node.Applied.Value, stateHash) && _states[node.Applied.Value] != stateHash)
            throw new InvariantViolationException("equal states at equal applied index",
                $"{node.Id} differs from another replica at applied index {node.Applied}");
    }
}
