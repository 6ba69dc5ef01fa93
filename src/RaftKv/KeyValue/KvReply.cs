using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// How a server answers a command. Every status but <see cref="Ok"/> and <see cref="Unknown"/> promises that this
/// attempt has not been and will not be applied.
/// </summary>
public enum KvStatus : byte
{
    /// <summary>Applied, or applied earlier under the same RequestId: the result is the first one.</summary>
    Ok = 1,

    /// <summary>This server does not lead. Try the leader.</summary>
    NotLeader,

    /// <summary>The command lost its place in the log to another leader's entry. Try again.</summary>
    NotApplied,

    /// <summary>It may be or become applied; the server cannot tell. Try again with the same RequestId.</summary>
    Unknown,

    /// <summary>The server has too much to do. Try again later.</summary>
    Busy,

    /// <summary>The command breaks a rule, named in <see cref="KvReply.Detail"/>. Trying again is of no use.</summary>
    Rejected,

    /// <summary>
    /// The cluster has forgotten this request or its client's session, so it cannot tell whether an earlier attempt was
    /// applied. This one was not, and trying again is of no use.
    /// </summary>
    Expired,
}

/// <summary>A server's answer.</summary>
/// <param name="Result">What became of the command.</param>
/// <param name="LeaderAddress">
/// For <see cref="KvStatus.NotLeader"/>, and with a list of the members: where the leader listens, if known.
/// </param>
/// <param name="Members">For <see cref="KvStatus.NotLeader"/>: where the members listen, as far as known here.</param>
public sealed record KvReply(KvResult Result, string? LeaderAddress = null, KvMembers? Members = null)
{
    /// <summary>An answer that is no result of the state machine.</summary>
    public KvReply(
        KvStatus status, string? detail = null, string? leaderAddress = null, KvMembers? members = null)
        : this(new KvResult(status, null, detail), leaderAddress, members)
    {
    }

    /// <summary>For an administrator who asked for it: how the server that answers stands.</summary>
    public ServerStatus? Server { get; init; }

    /// <summary>What became of the command.</summary>
    public KvStatus Status => Result.Status;

    /// <summary>For an applied Get: the value, or <see langword="null"/> when the key is absent.</summary>
    public ReadOnlyMemory<byte>? Value => Result.Value;

    /// <summary>For a person to read.</summary>
    public string? Detail => Result.Detail;
}
