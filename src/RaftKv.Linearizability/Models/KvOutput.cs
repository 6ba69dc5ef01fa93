namespace RaftKv.Linearizability.Models;

/// <summary>The answer to a <see cref="KvInput"/>.</summary>
/// <param name="Value">What a get read; null: the key is absent. Null for the other kinds.</param>
/// <param name="Succeeded">Whether a compare-and-set found what it expected; true for the other kinds.</param>
public readonly record struct KvOutput(string? Value, bool Succeeded = true)
{
    /// <summary>The answer to a put, an append, or a compare-and-set that took effect.</summary>
    public static KvOutput Done { get; } = new(null);

    /// <summary>The answer to a compare-and-set that found another value than it expected.</summary>
    public static KvOutput Mismatch { get; } = new(null, Succeeded: false);

    /// <summary>The answer to a get; null: the key is absent.</summary>
    public static KvOutput Read(string? value) => new(value);
}
