using RaftKv.KeyValue;

namespace RaftKv.Rpc;

/// <summary>What became of a call.</summary>
internal enum RpcOutcome : byte
{
    /// <summary>The server answered: see <see cref="RpcResult.Reply"/>.</summary>
    Replied = 1,

    /// <summary>Nothing was sent: the command was not applied.</summary>
    NotSent,

    /// <summary>
    /// The server turned the dialler away, and will again: the command was not applied.
    /// </summary>
    Refused,

    /// <summary>The server turned the request away, unseen: the command was not applied.</summary>
    Rejected,

    /// <summary>The command does not fit a message: it was not sent to any server, and never can be.</summary>
    TooLarge,

    /// <summary>No answer in time: the command may or may not be applied.</summary>
    TimedOut,

    /// <summary>The connection broke before the answer: the command may or may not be applied.</summary>
    ConnectionLost,

    /// <summary>The caller cancelled: the command may or may not be applied.</summary>
    Cancelled,
}

/// <summary>The result of a call: a value, never an exception.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reply">The answer, exactly when <paramref name="Outcome"/> is <see cref="RpcOutcome.Replied"/>.</param>
/// <param name="Reason">Otherwise why, for a person to read.</param>
internal readonly record struct RpcResult(RpcOutcome Outcome, KvReply? Reply, string? Reason)
{
    /// <summary>The server answered.</summary>
    public static RpcResult Replied(KvReply reply) => new(RpcOutcome.Replied, reply, null);

    /// <summary>There is no answer.</summary>
    public static RpcResult Failed(RpcOutcome outcome, string reason) => new(outcome, null, reason);
}
