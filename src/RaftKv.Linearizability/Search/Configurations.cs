namespace RaftKv.Linearizability.Search;

/// <summary>
/// Many configurations of a <see cref="Sweep"/> in blocks. A configuration is what the events so far may have come
/// to: a state, and for every open operation whether it is pending (it has yet to take effect), done, or neither:
/// optional. An optional operation may take effect or count as done, as it likes.
/// </summary>
internal sealed class Configurations(BudgetMeter meter)
{
    /// <summary>Where the bits begin: those of the pending operations, then those of the done ones.</summary>
    public const int Bits = 2;

    // So many have room in one block: growing copies nothing and never takes much at once.
    private const int BlockShift = 6;
    private const int BlockSize = 1 << BlockShift;

    // Its path, and what a frontier has to find it again.
    private const long PlaceBytes = 36;

    private ulong[][] _words = [];
    private Applied?[][] _paths = [];
    private int _blocks;
    private int _stride = Bits;

    public int Count { get; private set; }

    /// <summary>The bytes held.</summary>
    public long Bytes => BlockBytes * _blocks;

    private long BlockBytes => BlockSize * (PlaceBytes + (sizeof(ulong) * _stride));

    /// <summary>
    /// Word 0: the state; above it the state before the last operation plus one, when what comes next must show that
    /// the operation took effect. Word 1: of that operation the class plus one, above it whether it was optional.
    /// </summary>
    public Span<ulong> this[int index] =>
        _words[index >> BlockShift].AsSpan((index & (BlockSize - 1)) * _stride, _stride);

    public Applied? PathOf(int index) => _paths[index >> BlockShift][index & (BlockSize - 1)];

    /// <summary>Forgets all; room for so many words of bits.</summary>
    public void Clear(int words)
    {
        if (_stride != Bits + (2 * words))
            Release();
        Count = 0;
        _stride = Bits + (2 * words);
    }

    public int Add(ReadOnlySpan<ulong> configuration, Applied? path)
    {
        if (Count == _blocks * BlockSize)
            AddBlock();
        Replace(Count, configuration, path);
        return Count++;
    }

    private void AddBlock()
    {
        meter.Reserve(BlockBytes);
        if (_blocks == _words.Length)
        {
            Array.Resize(ref _words, 1 + (2 * _blocks));
            Array.Resize(ref _paths, 1 + (2 * _blocks));
        }

        (_words[_blocks], _paths[_blocks]) = (new ulong[BlockSize * _stride], new Applied?[BlockSize]);
        _blocks++;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        meter.Reserve(-Bytes);
        (Count, _blocks, _words, _paths) = (0, 0, [], []);
    }

    public void Replace(int index, ReadOnlySpan<ulong> configuration, Applied? path)
    {
        configuration.CopyTo(this[index]);
        _paths[index >> BlockShift][index & (BlockSize - 1)] = path;
    }

    public static int StateOf(ReadOnlySpan<ulong> configuration) => (int)(uint)configuration[0];
}
