namespace RaftKv.Consensus;

/// <summary>The window of appends on the way to one follower: for each, the last entry it carries. Acknowledgements are
/// cumulative, so the window is a queue.</summary>
internal sealed class Inflights(int capacity)
{
    private readonly LogIndex[] _lastIndexes = new LogIndex[capacity];
    private int _start;

    public int Count { get; private set; }

    public bool IsFull => Count == _lastIndexes.Length;

    public void Add(LogIndex lastIndex)
    {
        _lastIndexes[(_start + Count) % _lastIndexes.Length] = lastIndex;
        Count++;
    }

    /// <summary>Forgets the appends whose entries all lie at or before <paramref name="index"/>.</summary>
    public void FreeThrough(LogIndex index)
    {
        while (Count > 0 && _lastIndexes[_start] <= index)
        {
            _start = (_start + 1) % _lastIndexes.Length;
            Count--;
        }
    }

    public void Clear() => Count = 0;
}
