using System.Collections;

namespace RaftKv.Linearizability.Models;

/// <summary>A list that never changes and is equal to every other one with equal items.</summary>
/// <param name="items">The items; not to be changed any more.</param>
public sealed class ValueList<T>(params T[] items) : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private int _hash;

    /// <inheritdoc/>
    public int Count => items.Length;

    /// <inheritdoc/>
    public T this[int index] => items[index];

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) =>
        other is not null && GetHashCode() == other.GetHashCode() && items.AsSpan().SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash != 0)
            return _hash;
        var hash = new HashCode();
        foreach (var item in items)
            hash.Add(item);
        return _hash = hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", items)}]";

    internal T[] Items => items;
}
