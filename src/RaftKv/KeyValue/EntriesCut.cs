namespace RaftKv.KeyValue;

/// <summary>
/// The entries as they were at one moment, in key order, for a reader that takes its time. Nothing is copied in
/// advance: who is about to change an entry that has not been read yet leaves its old value here. So it holds as many
/// values as were overwritten meanwhile, not the whole store twice.
/// </summary>
internal sealed class EntriesCut
{
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>?> _saved = new(StringComparer.Ordinal);
    private readonly IEnumerator<KvEntry?> _walk;
    private string? _last;
    private bool _walkEnded;
    private bool _isAhead;

    public EntriesCut(IKvStore store) => _walk = store.Walk().GetEnumerator();

    /// <summary>The entry read last.</summary>
    public (string Key, ReadOnlyMemory<byte> Value) Current { get; private set; }

    /// <summary>Says that a key's entry, absent when null, is about to be changed, added or removed.</summary>
    public void BeforeWrite(string key, KvEntry? entry)
    {
        if (_last is null || string.CompareOrdinal(key, _last) > 0)
            _saved.TryAdd(key, entry?.Value);
    }

    /// <summary>Reads the next entry.</summary>
    public CutStep MoveNext()
    {
        if (!_isAhead && !_walkEnded)
        {
            _walkEnded = !_walk.MoveNext();
            if (!_walkEnded && _walk.Current is null)
                return CutStep.Preparing;
            _isAhead = !_walkEnded;
        }

        using var saved = _saved.GetEnumerator();
        var hasSaved = saved.MoveNext();
        if (!hasSaved && _walkEnded)
            return CutStep.End;
        // Of a key that was written, the store may hold anything by now; what was saved is right.
        var order = !hasSaved ? 1 : _walkEnded ? -1 : string.CompareOrdinal(saved.Current.Key, _walk.Current!.Key);
        if (order >= 0)
            _isAhead = false;
        if (order > 0)
        {
            Current = (_walk.Current!.Key, _walk.Current.Value);
            _last = Current.Key;
            return CutStep.Entry;
        }

        var (key, value) = saved.Current;
        _saved.Remove(key);
        Current = (key, value ?? default);
        _last = key;
        return value is null ? CutStep.Absent : CutStep.Entry;
    }
}

/// <summary>What <see cref="EntriesCut.MoveNext"/> came upon.</summary>
internal enum CutStep
{
    /// <summary><see cref="EntriesCut.Current"/> is the next entry.</summary>
    Entry,

    /// <summary>A key that was not there.</summary>
    Absent,

    /// <summary>The store had something to prepare first.</summary>
    Preparing,

    /// <summary>There are no more.</summary>
    End,
}
