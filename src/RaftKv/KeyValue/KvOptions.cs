namespace RaftKv.KeyValue;

/// <summary>The structure that holds a node's keys. A node's own choice: it shows in speed and memory only.</summary>
public enum KvStoreKind
{
    /// <summary>
    /// A hash map: the fastest look-ups. A snapshot sorts the keys, and so does the first scan after a key was added or
    /// removed: O(n log n) on the node's loop.
    /// </summary>
    HashMap,

    /// <summary>A skip list: keys always in order, look-ups in O(log n).</summary>
    SkipList,
}

/// <summary>Options of the key-value state machine.</summary>
public sealed record KvOptions
{
    /// <summary>Where the keys live. Default <see cref="KvStoreKind.HashMap"/>.</summary>
    public KvStoreKind Store { get; init; }

    /// <summary>Bounds on what clients may ask.</summary>
    public KvLimits Limits { get; init; } = new();

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Store))
            throw new ArgumentException($"KvOptions.Store is {Store}, which is no store.", nameof(Store));
        Limits.Validate();
    }
}
