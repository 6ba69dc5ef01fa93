namespace RaftKv.KeyValue;

/// <summary>Entries in a hash map; ordered only when asked.</summary>
public sealed class HashMapStore : IKvStore
{
    private readonly Dictionary<string, KvEntry> _entries = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public KvEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <inheritdoc/>
    public void Add(KvEntry entry) => _entries.Add(entry.Key, entry);

    /// <inheritdoc/>
    public IEnumerable<KvEntry> InKeyOrder()
    {
        var entries = new KvEntry[_entries.Count];
        _entries.Values.CopyTo(entries, 0);
        Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return entries;
    }
}
