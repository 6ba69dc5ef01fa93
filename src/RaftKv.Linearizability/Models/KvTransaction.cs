namespace RaftKv.Linearizability.Models;

/// <summary>How a <see cref="KvCompare"/> compares, ordinally. An absent key is neither less nor greater.</summary>
public enum KvComparison : byte
{
    /// <summary>The value is the given one.</summary>
    Equal,

    /// <summary>The value is not the given one.</summary>
    NotEqual,

    /// <summary>There is a value, and it is less than the given one.</summary>
    Less,

    /// <summary>There is a value, and it is greater than the given one.</summary>
    Greater,
}

/// <summary>A condition on one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Comparison">How to compare.</param>
/// <param name="Value">With what; null: that the key is absent.</param>
public readonly record struct KvCompare(string Key, KvComparison Comparison, string? Value)
{
    internal bool Holds(string? present) => Comparison switch
    {
        KvComparison.Equal => present == Value,
        KvComparison.NotEqual => present != Value,
        KvComparison.Less => present is not null && Value is not null && string.CompareOrdinal(present, Value) < 0,
        _ => present is not null && Value is not null && string.CompareOrdinal(present, Value) > 0,
    };
}

/// <summary>
/// If all compares hold, does the operations of <paramref name="Then"/>, else those of <paramref name="Else"/>, one
/// after the other and all at one moment. They may be of any kind but transactions.
/// </summary>
/// <param name="Compares">The conditions; none: they hold.</param>
/// <param name="Then">What to do if they hold.</param>
/// <param name="Else">What to do if one does not.</param>
public sealed record KvTransaction(ValueList<KvCompare> Compares, ValueList<KvInput> Then, ValueList<KvInput> Else)
{
    /// <summary>What is done when the compares hold or do not.</summary>
    public ValueList<KvInput> Branch(bool holds) => holds ? Then : Else;
}
