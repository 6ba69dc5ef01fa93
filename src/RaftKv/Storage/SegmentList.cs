using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>Which segments exist, and which of them hold entries that are still needed.</summary>
internal sealed class SegmentList
{
    private readonly Queue<long> _sequences = [];
    private readonly Queue<LogIndex> _lastAlive = [];
    private LogIndex _compactThrough;

    /// <summary>The sequence number of the newest segment, 0 when there is none.</summary>
    public long Newest { get; private set; }

    /// <summary>Adds the next segment.</summary>
    public void Add(long sequence)
    {
        Newest = sequence;
        _sequences.Enqueue(sequence);
        _lastAlive.Enqueue(LogIndex.Zero);
    }

    /// <summary>A batch in the newest segment is durable; the log now ends at <paramref name="lastIndex"/>.</summary>
    public void Apply(in LogChange change, LogIndex lastIndex)
    {
        _compactThrough = LogIndex.Max(_compactThrough, change.CompactThrough);
        for (var i = _lastAlive.Count; i > 0; i--)
        {
            var last = LogIndex.Min(_lastAlive.Dequeue(), change.SupersededFrom.Previous);
            _lastAlive.Enqueue(i == 1 && change.HasEntries ? lastIndex : last);
        }
    }

    /// <summary>Takes the oldest segment off the list when no later start needs it. The newest always stays.</summary>
    public bool TryTakeObsolete(out long sequence)
    {
        sequence = 0;
        if (_sequences.Count < 2 || _lastAlive.Peek() > _compactThrough)
            return false;
        _lastAlive.Dequeue();
        sequence = _sequences.Dequeue();
        return true;
    }
}
