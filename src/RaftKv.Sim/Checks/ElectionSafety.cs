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
    private readonly Dictionary<(long Term, NodeId Candidate), List<NodeId>> _votes = [];

    /// <summary>Elections seen so far.</summary>
    public int Terms => _leaders.Count;

    /// <summary>A vote leaves a node.</summary>
    public void Voted(Term term, NodeId candidate, NodeId voter)
    {
        if (!_votes.TryGetValue((term.Value, candidate), out var voters))
            _votes.Add((term.Value, candidate), voters = []);
        voters.Add(voter);
    }

    /// <summary>Checks a node that leads now.</summary>
    public void Observe(NodeView node, Raft raft)
    {
        if (raft.Role == Role.Leader && (node.Role != Role.Leader || node.Term != raft.Term))
            ObserveElected(node, raft);
    }

    private void ObserveElected(NodeView node, Raft raft)
    {
        if (!_leaders.TryAdd(raft.Term.Value, node.Id) && _leaders[raft.Term.Value] != node.Id)
            throw new InvariantViolationException("election safety",
                $"{node.Id} leads term {raft.Term}, which {_leaders[raft.Term.Value]} has led");

        // Its own vote is as good as sent when it is durable.
        var votes = _votes.GetValueOrDefault((raft.Term.Value, node.Id)) ?? [];
        bool Voted(NodeId id) => id == node.Id
            ? raft.DurableHardState == new HardState(raft.Term, node.Id)
            : votes.Contains(id);
        if (!ConfigurationSafety.IsAgreed(node, Voted))
            throw new InvariantViolationException("a leader has the votes of a quorum",
                $"{node.Id} leads term {raft.Term} with the votes of {string.Join(' ', votes)} and perhaps itself");

        var index = committed.LastCommittedBefore(raft.Term);
        var term = committed.TermAt(index);
        if (raft.LastIndex < index || (raft.Snapshot.Index < index && raft.Log.TermAt(index) != term))
            throw new InvariantViolationException("leader completeness",
                $"{node.Id} leads term {raft.Term} without the committed entry {index} of term {term}");
    }
}
