using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// The one log of committed entries that the whole cluster must agree on: the first node that reports an index
/// committed fixes its term for ever, and at that moment a quorum of the configuration in force must hold the entry
/// durably (paper §5.4.3, state-machine safety).
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
    public void Report(NodeView reporter, LogIndex index, Term term)
    {
        if (index <= LastIndex)
        {
            if (TermAt(index) != term)
                throw new InvariantViolationException("committed entries are immutable",
                    $"{reporter.Id} commits term {term} at index {index}, where term {TermAt(index)} is committed");
            return;
        }

        bool Holds(NodeId id) => CommittedLog.Holds(nodes[id.Value - 1], index, term);
        if (!ConfigurationSafety.InForce(reporter).Any(electorate => electorate.IsQuorum(Holds)))
            throw new InvariantViolationException("committed entries are on the disks of a quorum",
                $"{reporter.Id} commits index {index} of term {term} under "
                + string.Join(" or ", ConfigurationSafety.InForce(reporter).Select(each => each.Description))
                + ", durable on "
                + string.Join(' ', nodes.Select(node => node.Id).Where(Holds)));
        _entries.Add((term, reporter.Term));
    }

    /// <summary>Or has held it until its disk was lost, and acknowledged it: it has no say any more.</summary>
    private static bool Holds(NodeView? node, LogIndex index, Term term) =>
        node is not null
        && ((node.Durable >= index && node.TermAt(index) == term) || Holds(node.BeforeDiskLoss, index, term));
}
