using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Sim.Checks;

/// <summary>
/// Nothing is promised before it is durable (paper figure 2, "persistent state"), and nothing durable is lost.
/// </summary>
internal static class DurablePromises
{
    /// <summary>Checks a message at the moment it leaves.</summary>
    public static void Sending(NodeView node, Raft raft, in Message message)
    {
        var durable = raft.DurableHardState;
        if (durable.Term < message.Term)
            throw Violation(node, message, $"only term {durable.Term} is durable");
        if (message.Term < raft.Term)
            return;
        switch (message.Kind)
        {
            case MessageKind.RequestVote when durable.VotedFor != node.Id:
            case MessageKind.VoteReply when message.VoteReply.Granted && durable.VotedFor != message.To:
                throw Violation(node, message, $"the durable vote is for {durable.VotedFor}");
            // What a snapshot has replaced since was durable in the log when this reply was released.
            case MessageKind.AppendReply when message.AppendReply is { Accepted: true, Index: var index }
                                              && index > LogIndex.Max(raft.DurableIndex, raft.Snapshot.Index):
                throw Violation(node, message, $"entries are durable only up to index {raft.DurableIndex}");
            case MessageKind.SnapshotReply when message.SnapshotReply is { Installed: true, Snapshot.Index: var index }
                                                && index > raft.DurableIndex:
                throw Violation(node, message, $"entries are durable only up to index {raft.DurableIndex}");
        }
    }

    /// <summary>Checks what a node found on its disk against what had been reported durable before.</summary>
    public static void Restarted(NodeView node, Raft raft)
    {
        var (term, vote) = node.DurableHardState;
        if (raft.Term < term || (raft.Term == term && vote != NodeId.None && raft.VotedFor != vote))
            throw new InvariantViolationException("durable state survives",
                $"{node.Id} restarts in term {raft.Term} with its vote for {raft.VotedFor}, "
                + $"but term {term} and the vote for {vote} were durable");
        if (raft.LastIndex < node.Durable)
            throw new InvariantViolationException("durable state survives",
                $"{node.Id} restarts with last index {raft.LastIndex}, but {node.Durable} was durable");
        var first = LogIndex.Max(raft.FirstIndex, raft.Snapshot.Index.Next);
        for (var index = first; index <= node.Durable; index = index.Next)
        {
            if (raft.Log.TermAt(index) != node.TermAt(index))
                throw new InvariantViolationException("durable state survives",
                    $"{node.Id} restarts with term {raft.Log.TermAt(index)} at index {index}, "
                    + $"but term {node.TermAt(index)} was durable there");
        }
    }

    private static InvariantViolationException Violation(NodeView node, in Message message, string durable) =>
        new("nothing is acknowledged before it is durable", $"{node.Id} sends {message}, but {durable}");
}
