namespace RaftKv.KeyValue;

/// <summary>
/// Entries in a hash map. They are sorted when someone asks for their order, and the order is kept: a scan after d keys
/// were added or removed sorts those only, and copies n references; others cost what they read.
/// </summary>
internal sealed class HashMapStore : IKvStore
{
    private static readonly IComparer<KvEntry> _byKey =
        Comparer<KvEntry>.Create(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

    private readonly Dictionary<string, KvEntry> _entries = new(StringComparer.Ordinal);

    // The keys that were added or removed since the entries were sorted.
    private readonly HashSet<string> _changes = new(StringComparer.Ordinal);
    private KvEntry[]? _sorted;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public KvEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <inheritdoc/>
    public void Add(KvEntry entry)
    {
        _entries.Add(entry.Key, entry);
        Changed(entry.Key);
    }

    /// <inheritdoc/>
    public KvEntry? Remove(string key)
    {
        if (_entries.Remove(key, out var entry)) Changed(key);
        return entry;
    }

    /// <inheritdoc/>
    public IEnumerable<KvEntry> InKeyOrder(string from = "")
    {
        var sorted = _sorted = _sorted is null ? Sort() : _changes.Count == 0 ? _sorted : Merge(_sorted);
        for (var i = PositionOf(sorted, from); i < sorted.Length; i++) yield return sorted[i];
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The references are copied at once, 8 bytes for each key; they are sorted bit by bit: runs first, then a merge by
    /// a heap of the runs' heads.
    /// </remarks>
    public IEnumerable<KvEntry?> Walk()
    {
        var entries = new KvEntry[_entries.Count];
        _entries.Values.CopyTo(entries, 0);
        return SortStepwise(entries);
    }

    private static IEnumerable<KvEntry?> SortStepwise(KvEntry[] entries)
    {
        const int Run = 1024;
        var heads = new PriorityQueue<int, KvEntry>(_byKey);
        for (var start = 0; start < entries.Length; start += Run)
        {
            Array.Sort(entries, start, Math.Min(Run, entries.Length - start), _byKey);
            heads.Enqueue(start, entries[start]);
            yield return null;
        }

        while (heads.TryDequeue(out var position, out var entry))
        {
            yield return entry;
            if (++position < entries.Length && position % Run != 0)
                heads.Enqueue(position, entries[position]);
        }
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

    private void Changed(string key)
    {
        if (_sorted is null) return;
        _changes.Add(key);
        // Sorting all is no dearer then, and the changes take no more room than the order does.
        if (_changes.Count <= _sorted.Length / 2) return;
        _sorted = null;
        _changes.Clear();
    }

    private KvEntry[] Merge(KvEntry[] sorted)
    {
        var changes = new string[_changes.Count];
        _changes.CopyTo(changes);
        _changes.Clear();
        Array.Sort(changes, string.CompareOrdinal);
        var merged = new KvEntry[_entries.Count];
        var (from, to) = (0, 0);
        foreach (var key in changes)
        {
            Copy(PositionOf(sorted, key));
            if (from < sorted.Length && string.Equals(sorted[from].Key, key, StringComparison.Ordinal)) from++;
            if (_entries.TryGetValue(key, out var entry)) merged[to++] = entry;
        }

        Copy(sorted.Length);
        return merged;

        void Copy(int end)
        {
            Array.Copy(sorted, from, merged, to, end - from);
            (from, to) = (end, to + end - from);
        }
    }
}
