namespace RaftKv.KeyValue;

/// <summary>What a command came to at its place in the log; the same on every replica.</summary>
/// <param name="Status">
/// <see cref="KvStatus.Ok"/>, <see cref="KvStatus.Rejected"/> or <see cref="KvStatus.Expired"/>, of an OpenSession
/// also <see cref="KvStatus.Busy"/>; in a <see cref="KvReply"/> any status.
/// </param>
/// <param name="Value">
/// For a Get, and a CompareAndSwap that found another value than it expected: the value, or <see langword="null"/> when
/// the key is absent.
/// </param>
/// <param name="Detail">Why it was not applied, for a person to read.</param>
public readonly record struct KvResult(KvStatus Status, ReadOnlyMemory<byte>? Value = null, string? Detail = null)
{
    /// <summary>
    /// The store's revision: how many commands have changed it, counting this one if it did. Equal revisions mean equal
    /// keys and values. Like etcd's, it starts at 0, grows by one with each write however many keys that changes, and
    /// stays for reads, failed swaps and Deletes of absent keys. A retry gets the revision of the first time. 0 for
    /// what was not applied.
    /// </summary>
    public long Revision { get; init; }

    /// <summary>
    /// Whether a CompareAndSwap found what it expected, a Transaction's compares held, or a Delete found the key. False
    /// for the others.
    /// </summary>
    public bool Succeeded { get; init; }

    /// <summary>
    /// In a reply to a read by <see cref="ReadConsistency.Stale"/>: the state that was read may be older than what
    /// others have seen. <see cref="Revision"/> says which one it was.
    /// </summary>
    public bool IsStale { get; init; }

    /// <summary>For a Scan: what it read.</summary>
    public KvPage? Page { get; init; }

    /// <summary>For a Transaction: the result of each operation of the list that ran.</summary>
    public IReadOnlyList<KvResult>? Results { get; init; }

    /// <summary>For an OpenSession: the session.</summary>
    public KvSession? Session { get; init; }

    /// <summary>The command breaks a rule; it changed nothing and never will.</summary>
    public static KvResult Rejected(string detail) => new(KvStatus.Rejected, null, detail);

    /// <summary>What became of the request's earlier attempts is no longer known; this one changed nothing.</summary>
    public static KvResult Expired(string detail) => new(KvStatus.Expired, null, detail);

    /// <summary>An applied command that has nothing more to tell.</summary>
    public static KvResult Applied(long revision) => new(KvStatus.Ok) { Revision = revision };
}
