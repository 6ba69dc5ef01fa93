namespace RaftKv.Linearizability.Models;

/// <summary>The kinds of operations on a key-value store.</summary>
public enum KvKind : byte
{
    /// <summary>Reads a value.</summary>
    Get,

    /// <summary>Sets a value.</summary>
    Put,

    /// <summary>Adds to the end of a value; absent counts as empty.</summary>
    Append,

    /// <summary>Removes a key.</summary>
    Delete,

    /// <summary>Sets a value if it is the expected one.</summary>
    CompareAndSet,

    /// <summary>Reads all keys of a range, or the first of them.</summary>
    Scan,

    /// <summary>A <see cref="KvTransaction"/>.</summary>
    Transact,
}

/// <summary>A request to a key-value store. A value of null means that the key is absent.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Key">The key; of a scan the first key; of a transaction empty.</param>
/// <param name="Value">What to put, append or set; null for the other kinds.</param>
/// <param name="Expected">
/// What a compare-and-set expects; null: that the key is absent. Of a scan the end of the range, which is no part of
/// it; null: there is none.
/// </param>
public readonly record struct KvInput(KvKind Kind, string Key, string? Value = null, string? Expected = null)
{
    /// <summary>The most keys that a scan reads; 0: all.</summary>
    public int Limit { get; init; }

    /// <summary>The transaction, if it is one.</summary>
    public KvTransaction? Transaction { get; init; }

    /// <summary>Reads <paramref name="key"/>.</summary>
    public static KvInput Get(string key) => new(KvKind.Get, key);

    /// <summary>Sets <paramref name="key"/> to <paramref name="value"/>.</summary>
    public static KvInput Put(string key, string value) => new(KvKind.Put, key, value);

    /// <summary>Adds <paramref name="value"/> to the end of the value of <paramref name="key"/>.</summary>
    public static KvInput Append(string key, string value) => new(KvKind.Append, key, value);

    /// <summary>Removes <paramref name="key"/>.</summary>
    public static KvInput Delete(string key) => new(KvKind.Delete, key);

    /// <summary>Sets <paramref name="key"/> to <paramref name="value"/> if it is <paramref name="expected"/>.</summary>
    public static KvInput CompareAndSet(string key, string? expected, string value) =>
        new(KvKind.CompareAndSet, key, value, expected);

    /// <summary>
    /// Reads the keys from <paramref name="from"/> on and before <paramref name="end"/> (null: to the last), in ordinal
    /// order, <paramref name="limit"/> of them at most (0: all).
    /// </summary>
    public static KvInput Scan(string from, string? end, int limit = 0) =>
        new(KvKind.Scan, from, Expected: end) { Limit = limit };

    /// <summary>Does one or the other of two lists of operations, all at once.</summary>
    public static KvInput Transact(KvTransaction transaction) =>
        new(KvKind.Transact, "") { Transaction = transaction };

    /// <summary>The first key that does not begin with <paramref name="prefix"/> any more; null: there is none.
    /// </summary>
    public static string? EndOfPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var length = prefix.Length;
        while (length > 0 && prefix[length - 1] == char.MaxValue)
            length--;
        return length == 0 ? null : prefix[..(length - 1)] + (char)(prefix[length - 1] + 1);
    }
}
