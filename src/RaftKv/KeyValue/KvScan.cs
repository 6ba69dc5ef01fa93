namespace RaftKv.KeyValue;

/// <summary>
/// A range of keys in ordinal order, by UTF-16 code units as <see cref="string.CompareOrdinal(string, string)"/> has
/// it. That is the order of UTF-8 bytes too, except that characters beyond U+FFFF come before U+E000..U+FFFF.
/// </summary>
public sealed record KvScan
{
    /// <summary>The keys begin with this. Default: any.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The first key that may be in the range. Default: from the beginning.</summary>
    public string From { get; init; } = "";

    /// <summary>The first key behind the range; <see langword="null"/>: there is none.</summary>
    public string? To { get; init; }

    /// <summary>
    /// Most items wanted; 0: as many as the servers give. They give no more than their
    /// <see cref="KvLimits.MaxScanItems"/> and <see cref="KvLimits.MaxScanBytes"/> at a time.
    /// </summary>
    public int Limit { get; init; }

    /// <summary>Where the range begins: the first key that can fulfil both conditions.</summary>
    internal string First => string.CompareOrdinal(From, Prefix) < 0 ? Prefix : From;

    /// <summary>Whether a key at or after <see cref="First"/> lies in the range; then so do all keys between.</summary>
    internal bool Reaches(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && (To is null || string.CompareOrdinal(key, To) < 0);

    /// <inheritdoc/>
    public override string ToString() =>
        KvRequest.Quoted($"{Prefix}*") + (From.Length > 0 ? $" from {KvRequest.Quoted(From)}" : "")
        + (To is null ? "" : $" to {KvRequest.Quoted(To)}") + (Limit > 0 ? $", {Limit} at most" : "");
}

/// <summary>A key and its value.</summary>
public readonly record struct KvItem(string Key, ReadOnlyMemory<byte> Value);

/// <summary>What a scan has read.</summary>
/// <param name="Items">The first keys of the range with their values, in order.</param>
/// <param name="Next">
/// The first key of the range that is not among them, to go on <see cref="KvScan.From"/>; <see langword="null"/>: the
/// range is exhausted. Pages are read one by one, so writes in between show in later pages.
/// </param>
public sealed record KvPage(IReadOnlyList<KvItem> Items, string? Next);
