namespace RaftKv.Linearizability.Models;

/// <summary>The answer to a <see cref="KvInput"/>.</summary>
public readonly record struct KvOutput
{
    private KvOutput(string? value, bool succeeded, bool showsValue, ValueList<KvItem>? items = null) =>
        (Value, Succeeded, ShowsValue, Items) = (value, succeeded, showsValue, items);

    /// <summary>The value that was there; null: the key was absent, or the answer says nothing of it.</summary>
    public string? Value { get; }

    /// <summary>
    /// Whether a compare-and-set found what it expected, or the compares of a transaction held; true for the other
    /// kinds.
    /// </summary>
    public bool Succeeded { get; }

    /// <summary>Whether the answer says which value was there.</summary>
    public bool ShowsValue { get; }

    /// <summary>The keys and values that a scan found, or the answers to the operations of a transaction.</summary>
    public ValueList<KvItem>? Items { get; }

    /// <summary>The answer to a put, an append, a delete, or a compare-and-set that took effect.</summary>
    public static KvOutput Done { get; } = new(null, succeeded: true, showsValue: false);

    /// <summary>The answer to a compare-and-set that found another value than it expected.</summary>
    public static KvOutput Mismatch { get; } = new(null, succeeded: false, showsValue: false);

    /// <summary>The answer to a get; null: the key is absent.</summary>
    public static KvOutput Read(string? value) => new(value, succeeded: true, showsValue: true);

    /// <summary>The answer to a compare-and-set that found this value in place of the one it expected.</summary>
    public static KvOutput Found(string? value) => new(value, succeeded: false, showsValue: true);

    /// <summary>The answer to a scan: what it found, in the order of the keys.</summary>
    public static KvOutput Scanned(params KvItem[] items) =>
        new(null, succeeded: true, showsValue: false, new ValueList<KvItem>(items));

    /// <summary>The answer to a transaction.</summary>
    /// <param name="succeeded">Whether its compares held.</param>
    /// <param name="answers">The answers to the operations that were done, in their order.</param>
    public static KvOutput Transacted(bool succeeded, params KvItem[] answers) =>
        new(null, succeeded, showsValue: false, new ValueList<KvItem>(answers));

    /// <summary>Whether a client may be told this when <paramref name="actual"/> is all that there is to tell.
    /// </summary>
    internal bool IsTrueOf(in KvOutput actual)
    {
        if (Succeeded != actual.Succeeded || (ShowsValue && Value != actual.Value))
            return false;
        if (Items is null || actual.Items is null)
            return true;
        if (Items.Count != actual.Items.Count)
            return false;
        for (var i = 0; i < Items.Count; i++)
        {
            if (Items[i].Key != actual.Items[i].Key || !Items[i].Output.IsTrueOf(actual.Items[i].Output))
                return false;
        }

        return true;
    }
}

/// <summary>A key that a scan found, or that an operation of a transaction was about, and the answer.</summary>
/// <param name="Key">The key.</param>
/// <param name="Output">Its value as <see cref="KvOutput.Read"/>, or the answer to the operation.</param>
public readonly record struct KvItem(string Key, KvOutput Output)
{
    /// <summary>A key and its value.</summary>
    public static KvItem Of(string key, string value) => new(key, KvOutput.Read(value));
}
