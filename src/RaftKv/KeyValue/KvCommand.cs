using System.Globalization;

namespace RaftKv.KeyValue;

/// <summary>A client with a session, for exactly-once; given to it when the session was opened.</summary>
public readonly record struct ClientId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>
/// One request of a client: 1, 2, 3 … in the order of the calls, and the same on every retry. 64 bits never wrap.
/// </summary>
public readonly record struct RequestId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One command: what a Clerk asks, what the log carries, what every replica applies.</summary>
/// <param name="Request">What to do.</param>
/// <param name="ClientId">
/// Who asks. A read, which needs no session, may carry a number drawn for it, by which a leader knows it again when it
/// is repeated; or 0.
/// </param>
/// <param name="RequestId">
/// Which of the client's requests, reads too: one that has the number of another is taken for its repetition.
/// </param>
/// <param name="FirstUnacknowledged">
/// The client has the answers to all its requests below this one, so their remembered results may go
/// (dissertation §6.3). At most <paramref name="RequestId"/>.
/// </param>
public sealed record KvCommand(
    KvRequest Request, ClientId ClientId, RequestId RequestId, RequestId FirstUnacknowledged)
{
    /// <summary>
    /// For a read: what its answer promises. Writes, and reads once they are in the log, have the default.
    /// </summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>
    /// The leader's cluster time when it proposed the command, in ms; 0 before. Replicas know no other time.
    /// </summary>
    public long TimeMs { get; init; }

    /// <summary>
    /// The limits of the leader that proposed it. In the log are those that say what comes of it: in a Scan, a
    /// Transaction, an Append, an OpenSession. So replicas agree, whatever their own limits are.
    /// </summary>
    public KvLimits Limits { get; init; } = KvLimits.Default;

    /// <summary>What to do.</summary>
    public KvOperation Operation => Request.Operation;

    /// <summary>The key; empty for operations that name theirs themselves.</summary>
    public string Key => Request.Key;

    /// <summary>The value that is written; otherwise empty.</summary>
    public ReadOnlyMemory<byte> Value => Request.Value;
}
