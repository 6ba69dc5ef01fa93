using System.Globalization;

namespace RaftKv.KeyValue;

/// <summary>The operations on the store.</summary>
public enum KvOperation : byte
{
    /// <summary>Reads a key.</summary>
    Get = 1,

    /// <summary>Sets a key's value.</summary>
    Put = 2,

    /// <summary>Adds to the end of a key's value; an absent key counts as empty.</summary>
    Append = 3,

    /// <summary>Removes a key; an absent one stays absent.</summary>
    Delete = 4,

    /// <summary>Sets a key's value if it is the expected one; otherwise reads it.</summary>
    CompareAndSwap = 5,

    /// <summary>Reads the keys of a range, in order.</summary>
    Scan = 6,

    /// <summary>Compares several keys, then runs one of two lists of operations, all at once.</summary>
    Transaction = 7,

    /// <summary>Opens a session for a client's writes. The command's ClientId is a number drawn at random.</summary>
    OpenSession = 8,

    /// <summary>Keeps a session from expiring, and acknowledges answers.</summary>
    KeepAlive = 9,
}

/// <summary>What is asked of the store, by whomever. Made by the factory methods.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Key">The key; empty for operations on no key, and on keys that they name themselves.</param>
/// <param name="Value">For Put, Append and CompareAndSwap: the value; otherwise empty.</param>
public sealed record KvRequest(KvOperation Operation, string Key, ReadOnlyMemory<byte> Value = default)
{
    /// <summary>For CompareAndSwap: the expected value; <see langword="null"/>: the key is absent.</summary>
    public ReadOnlyMemory<byte>? Expected { get; init; }

    /// <summary>For Scan: which keys.</summary>
    public KvScan? Range { get; init; }

    /// <summary>For Transaction: its compares and operations.</summary>
    public KvTransaction? Transaction { get; init; }

    /// <summary>Whether it works on one key without a condition, and may be part of a transaction.</summary>
    public bool IsSimple => Operation is >= KvOperation.Get and <= KvOperation.Delete;

    /// <summary>Whether it cannot change the store, so that it may be repeated freely.</summary>
    public bool IsReadOnly => Operation is KvOperation.Get or KvOperation.Scan || Transaction is { IsReadOnly: true };

    /// <summary>Whether it may write and tells values that it found: its remembered result may be large.</summary>
    internal bool MayFind => Operation is KvOperation.CompareAndSwap or KvOperation.Transaction && !IsReadOnly;

    /// <summary>Reads a key.</summary>
    public static KvRequest Get(string key) => new(KvOperation.Get, key);

    /// <summary>Sets a key's value.</summary>
    public static KvRequest Put(string key, ReadOnlyMemory<byte> value) => new(KvOperation.Put, key, value);

    /// <summary>Adds to the end of a key's value.</summary>
    public static KvRequest Append(string key, ReadOnlyMemory<byte> value) => new(KvOperation.Append, key, value);

    /// <summary>Removes a key.</summary>
    public static KvRequest Delete(string key) => new(KvOperation.Delete, key);

    /// <summary>Sets a key's value if it is the expected one.</summary>
    public static KvRequest CompareAndSwap(
        string key, ReadOnlyMemory<byte>? expected, ReadOnlyMemory<byte> value) =>
        new(KvOperation.CompareAndSwap, key, value) { Expected = expected };

    /// <summary>Reads a range of keys.</summary>
    public static KvRequest Scan(KvScan range) => new(KvOperation.Scan, "") { Range = range };

    /// <summary>Runs a transaction.</summary>
    public static KvRequest Transact(KvTransaction transaction) =>
        new(KvOperation.Transaction, "") { Transaction = transaction };

    /// <summary>Opens a session.</summary>
    public static KvRequest OpenSession { get; } = new(KvOperation.OpenSession, "");

    /// <summary>Keeps a session from expiring.</summary>
    public static KvRequest KeepAlive { get; } = new(KvOperation.KeepAlive, "");

    /// <summary>For messages: the operation and its key or keys.</summary>
    public override string ToString() => Operation switch
    {
        KvOperation.Scan => $"Scan of {Range}",
        KvOperation.Transaction => $"{Transaction}",
        KvOperation.OpenSession or KvOperation.KeepAlive => $"{Operation}",
        _ => $"{Operation} of {Quoted(Key)}",
    };

    /// <summary>A key for a message: all of it, or how it begins where it is long.</summary>
    internal static string Quoted(string key)
    {
        const int Longest = 60;
        if (key.Length <= Longest)
            return $"'{key}'";
        var shown = char.IsHighSurrogate(key[Longest - 1]) ? Longest - 1 : Longest;
        return string.Create(CultureInfo.InvariantCulture, $"'{key[..shown]}…' ({key.Length} characters)");
    }
}
