using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>How a proposal ended.</summary>
public enum ProposalEnd : byte
{
    /// <summary>Committed and applied.</summary>
    Applied = 1,

    /// <summary>Never appended: this replica does not lead.</summary>
    NotLeader,

    /// <summary>Never appended: too much is uncommitted, or the change of membership has to wait.</summary>
    Busy,

    /// <summary>Never appended: the change of membership is impossible.</summary>
    Refused,

    /// <summary>Another leader's entry took its place in the log: it never will be applied.</summary>
    NotApplied,

    /// <summary>
    /// Nobody here can tell: the replica lost the leadership or stopped, or a snapshot jumped over the entry. It may be
    /// applied yet.
    /// </summary>
    Unknown,
}

/// <summary>The outcome of a proposal.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Result">For <see cref="ProposalEnd.Applied"/>: the state machine's result.</param>
/// <param name="Leader">For <see cref="ProposalEnd.NotLeader"/>: who leads, if known.</param>
/// <param name="Reason">For a change of membership that was never appended: why, for a person to read.</param>
public readonly record struct ProposalOutcome<TResult>(
    ProposalEnd End, TResult? Result, NodeId Leader, string? Reason = null);
