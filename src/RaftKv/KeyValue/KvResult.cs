namespace RaftKv.KeyValue;

/// <summary>What a command came to at its place in the log; the same on every replica.</summary>
/// <param name="Status">
/// <see cref="KvStatus.Ok"/>, <see cref="KvStatus.Rejected"/> or <see cref="KvStatus.Expired"/>.
/// </param>
/// <param name="Value">For a Get: the value, or <see langword="null"/> when the key is absent.</param>
/// <param name="Detail">Why it was not applied, for a person to read.</param>
public readonly record struct KvResult(KvStatus Status, ReadOnlyMemory<byte>? Value = null, string? Detail = null)
{
    /// <summary>A write that was applied.</summary>
    public static KvResult Ok { get; } = new(KvStatus.Ok);

    /// <summary>The command breaks a rule; it changed nothing and never will.</summary>
    public static KvResult Rejected(string detail) => new(KvStatus.Rejected, null, detail);

    /// <summary>What became of the request's earlier attempts is no longer known; this one changed nothing.</summary>
    public static KvResult Expired(string detail) => new(KvStatus.Expired, null, detail);

    /// <summary>The answer to the client.</summary>
    public KvReply ToReply() => new(Status, Value, null, Detail);
}
