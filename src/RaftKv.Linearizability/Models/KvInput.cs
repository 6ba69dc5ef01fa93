namespace RaftKv.Linearizability.Models;

/// <summary>The kinds of operations on one key.</summary>
public enum KvKind
{
    /// <summary>Reads the value.</summary>
    Get,

    /// <summary>Sets the value.</summary>
    Put,

    /// <summary>Adds to the end of the value; absent counts as empty.</summary>
    Append,

    /// <summary>Sets the value if it is the expected one.</summary>
    CompareAndSet,
}

/// <summary>A request to a key-value store. A value of null means that the key is absent.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">What to put, append or set; null for a get.</param>
/// <param name="Expected">What a compare-and-set expects; null: that the key is absent.</param>
public readonly record struct KvInput(KvKind Kind, string Key, string? Value = null, string? Expected = null)
{
    /// <summary>Reads <paramref name="key"/>.</summary>
    public static KvInput Get(string key) => new(KvKind.Get, key);

    /// <summary>Sets <paramref name="key"/> to <paramref name="value"/>.</summary>
    public static KvInput Put(string key, string value) => new(KvKind.Put, key, value);

    /// <summary>Adds <paramref name="value"/> to the end of the value of <paramref name="key"/>.</summary>
    public static KvInput Append(string key, string value) => new(KvKind.Append, key, value);

    /// <summary>Sets <paramref name="key"/> to <paramref name="value"/> if it is <paramref name="expected"/>.</summary>
    public static KvInput CompareAndSet(string key, string? expected, string value) =>
        new(KvKind.CompareAndSet, key, value, expected);
}
