using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>One call of a Clerk's method, whatever attempts it takes.</summary>
/// <param name="Number">1, 2, 3 … for each Clerk, in the order of the calls.</param>
/// <param name="Request">What is asked.</param>
public sealed record ClerkOperation(long Number, KvRequest Request)
{
    /// <summary>For a read: what its answer promises.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>For a read: who may answer; <see langword="null"/>: the leader.</summary>
    internal IReadOnlyList<string>? Servers { get; init; }

    /// <summary>What to do.</summary>
    public KvOperation Kind => Request.Operation;

    /// <summary>The key; empty for operations that name theirs themselves.</summary>
    public string Key => Request.Key;

    /// <summary>The value that is written; otherwise empty.</summary>
    public ReadOnlyMemory<byte> Value => Request.Value;
}
