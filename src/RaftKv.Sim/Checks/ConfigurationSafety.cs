using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>Membership changes step by step, and neighbours' quorums intersect (dissertation §4.1, §4.3).</summary>
internal static class ConfigurationSafety
{
    /// <summary>A node's log has grown by a configuration.</summary>
    public static void Observe(NodeView node, LogIndex index, Electorate electorate)
    {
        if (node.Electorates is not [.., var (formerIndex, former)])
            return;
        if (!electorate.MayFollow(former))
            throw new InvariantViolationException("quorums of neighbouring configurations intersect",
                $"{node.Id} holds {electorate.Description} at index {index}, behind {former.Description} at index "
                + $"{formerIndex}");
    }

    /// <summary>A node leads: a configuration that it has appended itself stands behind committed ones only.</summary>
    public static void ObserveLeader(NodeView node, Raft raft)
    {
        if (node.Electorates is not [.., var (former, _), var (last, _)] || last <= node.FormerElectorate
            || node.TermAt(last) != raft.Term)
            return;
        if (former > raft.CommitIndex)
            throw new InvariantViolationException("one change at a time",
                $"{node.Id}, leader of term {raft.Term}, appends a configuration at {last} behind one at {former} with "
                + $"commit {raft.CommitIndex}");
        // Before that, the leader cannot know what is committed (raft-dev, July 2015).
        if (node.TermAt(LogIndex.Min(raft.CommitIndex, last)) != raft.Term)
            throw new InvariantViolationException("no change before an entry of the own term is committed",
                $"{node.Id}, leader of term {raft.Term}, appends a configuration at {last} with commit "
                + $"{raft.CommitIndex}");
    }

    /// <summary>Whether a quorum of a configuration that was in force in the turn that ends agrees.</summary>
    public static bool IsAgreed(NodeView node, Func<NodeId, bool> agrees)
    {
        for (var i = node.Electorates.Count - 1; i >= 0; i--)
        {
            if (node.Electorates[i].Electorate.IsQuorum(agrees))
                return true;
            if (node.Electorates[i].Index <= node.FormerElectorate)
                return false;
        }

        return false;
    }

    /// <summary>
    /// The configurations that were in force at some moment of the turn that ends: the last one of the turn before,
    /// and those that were appended since.
    /// </summary>
    public static IEnumerable<Electorate> InForce(NodeView node)
    {
        for (var i = node.Electorates.Count - 1; i >= 0; i--)
        {
            yield return node.Electorates[i].Electorate;
            if (node.Electorates[i].Index <= node.FormerElectorate)
                yield break;
        }
    }
}
