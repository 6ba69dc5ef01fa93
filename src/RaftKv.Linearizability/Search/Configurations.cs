namespace RaftKv.Linearizability.Search;

/// <summary>
/// Many configurations of a <see cref="Sweep"/> in one array. A configuration is what the events so far may have come
/// to: a state, and for every open operation whether it is pending (it has yet to take effect), done, or neither:
/// optional. An optional operation may take effect or count as done, as it likes.
/// </summary>
internal sealed class Configurations(BudgetMeter meter)
{
    /// <summary>Where the bits begin: those of the pending operations, then those of the done ones.</summary>
    public const int Bits = 2;

    // Its path, and what a frontier has to find it again.
    private const long PlaceBytes = 24;

    private ulong[] _words = [];
    private Applied?[] _paths = [];
    private int _stride = Bits;

    public int Count { get; private set; }

    private long Bytes => (PlaceBytes * _paths.Length) + (sizeof(ulong) * _words.Length);

    /// <summary>
    /// Word 0: the state; above it the state before the last operation plus one, when what comes next must show that
    /// the operation took effect. Word 1: of that operation the class plus one, above it whether it was optional.
    /// </summary>
    public Span<ulong> this[int index] => _words.AsSpan(index * _stride, _stride);

    public Applied? PathOf(int index) => _paths[index];

    /// <summary>Forgets all; room for so many words of bits.</summary>
    public void Clear(int words)
    {
        Count = 0;
        _stride = Bits + (2 * words);
    }

    public int Add(ReadOnlySpan<ulong> configuration, Applied? path)
    {
        if (Count == _paths.Length || (Count + 1) * _stride > _words.Length)
        {
            // While it grows there are both the old and the new.
            var old = Bytes;
            var size = Math.Max(64, 2 * Count);
            var words = Math.Max(size * _stride, _words.Length);
            meter.Reserve((PlaceBytes * size) + (sizeof(ulong) * words));
            Array.Resize(ref _paths, size);
            Array.Resize(ref _words, words);
            meter.Reserve(-old);
        }

        configuration.CopyTo(this[Count]);
        _paths[Count] = path;
        return Count++;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        meter.Reserve(-Bytes);
        (Count, _paths, _words) = (0, [], []);
    }

    public void Replace(int index, ReadOnlySpan<ulong> configuration, Applied? path)
    {
        configuration.CopyTo(this[index]);
        _paths[index] = path;
    }

    public static int StateOf(ReadOnlySpan<ulong> configuration) => (int)(uint)configuration[0];
}
