using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// The one log of committed entries that the whole cluster must agree on: the first node that reports an index
/// committed fixes its term for ever, and at that moment a quorum of the configuration in force must hold the entry
/// durably (paper §5.4.3, state-machine safety).
/// </summary>
internal sealed class CommittedLog
{
    private readonly NodeView[] _nodes;
    private readonly Func<NodeId, bool> _holds;
    private readonly List<(Term Entry, Term Committer)> _entries = [default];
    private LogIndex _index;
    private Term _term;

    public CommittedLog(NodeView[] nodes) => (_nodes, _holds) = (nodes, Holds);

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

        (_index, _term) = (index, term);
        if (!ConfigurationSafety.IsAgreed(reporter, _holds))
            throw new InvariantViolationException("committed entries are on the disks of a quorum",
                $"{reporter.Id} commits index {index} of term {term} under "
                + string.Join(" or ", ConfigurationSafety.InForce(reporter).Select(each => each.Description))
                + ", durable on "
                + string.Join(' ', _nodes.Select(node => node.Id).Where(_holds)));
        _entries.Add((term, reporter.Term));
    }

    private bool Holds(NodeId id) => Holds(_nodes[id.Value - 1]);

    /// <summary>Or has held it until its disk was lost, and acknowledged it: it has no say any more.</summary>
    private bool Holds(NodeView? node) =>
        node is not null
        && ((node.Durable >= _index && node.TermAt(_index) == _term) || Holds(node.BeforeDiskLoss));
}
