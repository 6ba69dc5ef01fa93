using System.Diagnostics.CodeAnalysis;

namespace RaftKv.Linearizability.Models;

/// <summary>What a key-value store holds: the keys that differ from the beginning, in ordinal order. Immutable.
/// </summary>
public sealed class KvState : IEquatable<KvState>
{
    private readonly string[] _keys;
    private readonly string?[] _values;
    private readonly string? _initial;
    private readonly int _hash;

    internal KvState(string? initial)
        : this([], [], initial, 0)
    {
    }

    // The hash is made of those of the keys and their values, one by one.
    private KvState(string[] keys, string?[] values, string? initial, int hash) =>
        (_keys, _values, _initial, _hash) = (keys, values, initial, hash);

    /// <summary>The value of a key; null: it is absent.</summary>
    [SuppressMessage("Design", "CA1043", Justification = "keys are strings")]
    public string? this[string key] => Find(key) is >= 0 and var at ? _values[at] : _initial;

    /// <inheritdoc/>
    public bool Equals(KvState? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (_hash == other._hash
                && _keys.AsSpan().SequenceEqual(other._keys)
                && _values.AsSpan().SequenceEqual(other._values)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KvState);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The same with another value for a key.</summary>
    internal KvState With(string key, string? value)
    {
        var at = Find(key);
        var before = at < 0 ? _initial : _values[at];
        if (value == before)
            return this;
        var hash = _hash ^ HashOf(key, before) ^ HashOf(key, value);
        if (at < 0)
        {
            at = ~at;
            return new(
                [.. _keys[..at], key, .. _keys[at..]],
                [.. _values[..at], value, .. _values[at..]],
                _initial,
                hash);
        }

        if (value == _initial)
        {
            return new(
                [.. _keys[..at], .. _keys[(at + 1)..]],
                [.. _values[..at], .. _values[(at + 1)..]],
                _initial,
                hash);
        }

        string?[] values = [.. _values];
        values[at] = value;
        return new KvState(_keys, values, _initial, hash);
    }

    private int HashOf(string key, string? value) => value == _initial ? 0 : HashCode.Combine(key, value);

    /// <summary>The keys that are there, from one on and before another, at most so many.</summary>
    internal KvItem[] Range(string from, string? end, int limit)
    {
        var items = new List<KvItem>();
        var at = Find(from);
        for (at = at < 0 ? ~at : at; at < _keys.Length && (limit == 0 || items.Count < limit); at++)
        {
            if (end is not null && string.CompareOrdinal(_keys[at], end) >= 0)
                break;
            if (_values[at] is { } value)
                items.Add(KvItem.Of(_keys[at], value));
        }

        return [.. items];
    }

    private int Find(string key) => Array.BinarySearch(_keys, key, StringComparer.Ordinal);
}
