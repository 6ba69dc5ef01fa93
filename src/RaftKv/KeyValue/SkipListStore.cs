using System.Numerics;

namespace RaftKv.KeyValue;

/// <summary>
/// Entries in a skip list (Pugh 1990) of fan-out 4. Tower heights come from a generator with a fixed seed, so equal
/// histories build equal lists in every process.
/// </summary>
internal sealed class SkipListStore : IKvStore
{
    private const int MaxHeight = 16;

    private readonly Node _head = new(null, MaxHeight);
    private readonly Node[] _path = new Node[MaxHeight];
    private int _height = 1;
    private ulong _random = 0x9E3779B97F4A7C15;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public KvEntry? Find(string key)
    {
        var candidate = Descend(key, remember: false);
        return candidate?.Entry?.Key == key ? candidate.Entry : null;
    }

    /// <inheritdoc/>
    public void Add(KvEntry entry)
    {
        if (Descend(entry.Key, remember: true)?.Entry?.Key == entry.Key)
            throw new ArgumentException("The key is in the store already.", nameof(entry));
        var node = new Node(entry, NextHeight());
        for (; _height < node.Next.Length; _height++) _path[_height] = _head;
        for (var level = 0; level < node.Next.Length; level++)
        {
            node.Next[level] = _path[level].Next[level];
            _path[level].Next[level] = node;
        }

        Count++;
    }

    /// <inheritdoc/>
    public KvEntry? Remove(string key)
    {
        if (Descend(key, remember: true) is not { } node || node.Entry!.Key != key) return null;
        for (var level = 0; level < node.Next.Length; level++) _path[level].Next[level] = node.Next[level];
        Count--;
        return node.Entry;
    }

    /// <inheritdoc/>
    public IEnumerable<KvEntry> InKeyOrder(string from = "")
    {
        for (var node = Descend(from, remember: false); node is not null; node = node.Next[0])
            yield return node.Entry!;
    }

    /// <inheritdoc/>
    /// <remarks>A removed node keeps its links, so a reader that stands on it finds its way back to the list.</remarks>
    public IEnumerable<KvEntry?> Walk() => InKeyOrder();

    /// <summary>The first node at or after a key; on request fills the path with those before it.</summary>
    private Node? Descend(string key, bool remember)
    {
        var node = _head;
        for (var level = _height - 1; level >= 0; level--)
        {
            while (node.Next[level] is { } next && string.CompareOrdinal(next.Entry!.Key, key) < 0) node = next;
            if (remember) _path[level] = node;
        }

        return node.Next[0];
    }

    private int NextHeight()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return 1 + (BitOperations.TrailingZeroCount(_random | 1UL << 2 * (MaxHeight - 1)) / 2);
    }

    private sealed class Node(KvEntry? entry, int height)
    {
        public readonly KvEntry? Entry = entry;
        public readonly Node?[] Next = new Node?[height];
    }
}
