namespace RaftKv.KeyValue;

/// <summary>
/// Entries in a hash map. They are sorted when someone asks for their order, and stay sorted until a key is added or
/// removed: a scan after that costs O(n log n), others what they read.
/// </summary>
public sealed class HashMapStore : IKvStore
{
    private static readonly IComparer<KvEntry> _byKey =
        Comparer<KvEntry>.Create(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

    private readonly Dictionary<string, KvEntry> _entries = new(StringComparer.Ordinal);
    private KvEntry[]? _sorted;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public KvEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <inheritdoc/>
    public void Add(KvEntry entry)
    {
        _entries.Add(entry.Key, entry);
        _sorted = null;
    }

    /// <inheritdoc/>
    public KvEntry? Remove(string key)
    {
        if (_entries.Remove(key, out var entry)) _sorted = null;
        return entry;
    }

    /// <inheritdoc/>
    public IEnumerable<KvEntry> InKeyOrder(string from = "")
    {
        var sorted = _sorted ??= Sort();
        for (var i = PositionOf(sorted, from); i < sorted.Length; i++) yield return sorted[i];
    }

    private static int PositionOf(KvEntry[] sorted, string from)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (string.CompareOrdinal(sorted[middle].Key, from) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private KvEntry[] Sort()
    {
        var entries = new KvEntry[_entries.Count];
        _entries.Values.CopyTo(entries, 0);
        Array.Sort(entries, _byKey);
        return entries;
    }
}
