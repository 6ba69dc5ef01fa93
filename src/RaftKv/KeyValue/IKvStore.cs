namespace RaftKv.KeyValue;

/// <summary>Holds the entries by key, compared ordinally. Not thread-safe.</summary>
internal interface IKvStore
{
    /// <summary>Number of entries.</summary>
    int Count { get; }

    /// <summary>The entry of a key, or <see langword="null"/>.</summary>
    KvEntry? Find(string key);

    /// <summary>Adds an entry whose key is not there yet.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    void Add(KvEntry entry);

    /// <summary>Removes a key's entry.</summary>
    /// <returns>The entry, or <see langword="null"/> when there is none.</returns>
    KvEntry? Remove(string key);

    /// <summary>
    /// The entries from a key on in ordinal order of their keys, whatever the structure inside. Valid until a key is
    /// added or removed.
    /// </summary>
    IEnumerable<KvEntry> InKeyOrder(string from = "");

    /// <summary>
    /// The entries in ordinal order of their keys, for a reader that pauses while others write. Entries added or
    /// removed meanwhile come or do not come; all others come. A <see langword="null"/> says that the store has
    /// prepared something, for a moment, and is to be asked again.
    /// </summary>
    IEnumerable<KvEntry?> Walk();
}
