using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// The one log of committed entries that the whole cluster must agree on: the first node that reports an index
/// committed
/// fixes its term for ever, and at that moment a majority must hold the entry durably (paper §5.4.3, state-machine
/// safety).
/// </summary>
internal sealed class CommittedLog(IReadOnlyList<NodeView> nodes)
{
    private readonly List<(Term Entry, Term Committer)> _entries = [default];

    /// <summary>The last index known to be committed anywhere.</summary>
    public LogIndex LastIndex => new(_entries.Count - 1);

    /// <summary>The term of the committed entry at <paramref name="index"/>.</summary>
    public Term TermAt(LogIndex index) => _entries[(int)index.Value].Entry;

    /// <summary>The highest index that was committed in a term before <paramref name="term"/>.</summary>
    public LogIndex LastCommittedBefore(Term term)
    {
        var index = _entries.Count - 1;
        while (index > 0 && _entries[index].Committer >= term)
            index--;
        return new LogIndex(index);
    }

    /// <summary>A node reports the entry of <paramref name="term"/> at <paramref name="index"/> committed.</summary>
    public void Report(NodeView reporter, LogIndex index, Term term, Raft raft)
    {
        if (index <= LastIndex)
        {
            if (TermAt(index) != term)
                throw new InvariantViolationException("committed entries are immutable",
                    $"{reporter.Id} commits term {term} at index {index}, where term {TermAt(index)} is committed");
            return;
        }

        // Which configuration counted is not known any more if another came into force in the same turn.
        if (!IsHeld(raft.ConfigurationAt(index), index, term) && !IsHeld(raft.Configuration, index, term))
            throw new InvariantViolationException("committed entries are on the disks of a majority",
                $"{reporter.Id} commits index {index} of term {term}, durable on "
                + string.Join(' ', nodes.Where(node => Holds(node, index, term)).Select(node => node.Id))
                + $" only, in the configuration {raft.Configuration}");
        _entries.Add((term, reporter.Term));
    }

    private static bool Holds(NodeView node, LogIndex index, Term term) =>
        node.Durable >= index && node.TermAt(index) == term;

    private bool IsHeld(Configuration configuration, LogIndex index, Term term) =>
        configuration.Reached(id => Holds(nodes[id.Value - 1], index, term) ? 1 : 0) == 1;
}
