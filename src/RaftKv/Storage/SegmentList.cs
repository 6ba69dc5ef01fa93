using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>Which segments exist, and which of them may hold entries that are still needed.</summary>
internal sealed class SegmentList
{
    private readonly List<(long Sequence, LogIndex LastIndex)> _segments = [];
    private LogIndex _compactThrough;

    /// <summary>The sequence number of the newest segment, 0 when there is none.</summary>
    public long Newest => _segments.Count == 0 ? 0 : _segments[^1].Sequence;

    /// <summary>Whether no later start needs the oldest segment. The newest always stays.</summary>
    public bool HasObsolete => _segments.Count > 1 && _segments[0].LastIndex <= _compactThrough;

    /// <summary>Adds the next segment.</summary>
    public void Add(long sequence) => _segments.Add((sequence, LogIndex.Zero));

    /// <summary>A batch in the newest segment is durable; the log now ends at <paramref name="lastIndex"/>.</summary>
    public void Apply(in LogChange change, LogIndex lastIndex)
    {
        _compactThrough = LogIndex.Max(_compactThrough, change.CompactThrough);
        if (change.HasEntries)
            _segments[^1] = (Newest, lastIndex);
    }

    /// <summary>Takes the oldest segment off the list when no later start needs it.</summary>
    public bool TryTakeObsolete(out long sequence)
    {
        sequence = 0;
        if (!HasObsolete)
            return false;
        sequence = _segments[0].Sequence;
        _segments.RemoveAt(0);
        return true;
    }
}
