namespace RaftKv.Consensus;

/// <summary>
/// The window of appends on the way to one follower: for each, the last entry it carries and its payload bytes.
/// Acknowledgements are cumulative, so the window is a queue. It is full with so many appends, or so many bytes.
/// </summary>
internal sealed class Inflights(int capacity, long maxBytes)
{
    private readonly (LogIndex LastIndex, long Bytes)[] _appends = new (LogIndex, long)[capacity];
    private int _start;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public bool IsFull => Count == _appends.Length || Bytes >= maxBytes;

    public void Add(LogIndex lastIndex, long bytes)
    {
        _appends[(_start + Count) % _appends.Length] = (lastIndex, bytes);
        Count++;
        Bytes += bytes;
    }

    /// <summary>Forgets the appends whose entries all lie at or before <paramref name="index"/>.</summary>
    public void FreeThrough(LogIndex index)
    {
        while (Count > 0 && _appends[_start].LastIndex <= index)
        {
            Bytes -= _appends[_start].Bytes;
            _start = (_start + 1) % _appends.Length;
            Count--;
        }
    }

    public void Clear() => (Count, Bytes) = (0, 0);
}
