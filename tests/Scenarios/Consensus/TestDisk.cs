using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Storage as the core sees it: writes queue up, become durable in order and survive a crash.</summary>
internal sealed class TestDisk
{
    private readonly List<StorageWrite> _queued = [];
    private readonly SortedList<long, LogEntry> _entries = [];

    public HardState HardState { get; private set; }

    public SnapshotId Snapshot { get; private set; }

    public IReadOnlyList<StorageWrite> Queued => _queued;

    public LogIndex LastIndex =>
        _entries.Count == 0 ? Snapshot.Index : LogIndex.Max(Snapshot.Index, new(_entries.Keys[^1]));

    public void Load(RecoveredState state)
    {
        (HardState, Snapshot) = (state.HardState, state.Snapshot);
        foreach (var entry in state.Entries)
            _entries.Add(entry.Index.Value, entry);
    }

    public void Write(StorageWrite write) => _queued.Add(write);

    /// <summary>Makes the first queued writes durable; returns the last one's token.</summary>
    public long Flush(int count)
    {
        for (var i = 0; i < count; i++)
            Apply(_queued[i]);
        var token = _queued[count - 1].Token;
        _queued.RemoveRange(0, count);
        return token;
    }

    /// <summary>A crash: some first writes of the queue made it to the disk, the others are lost.</summary>
    public void Crash(int survivors)
    {
        if (survivors > 0)
            Flush(survivors);
        _queued.Clear();
    }

    /// <summary>A received snapshot becomes durable by itself, not through the queue.</summary>
    public void Store(SnapshotId snapshot)
    {
        if (snapshot.Index > Snapshot.Index)
            Snapshot = snapshot;
    }

    /// <summary>Whether the durable state includes this entry.</summary>
    public bool Holds(LogIndex index, Term term) =>
        index <= Snapshot.Index || (_entries.TryGetValue(index.Value, out var entry) && entry.Term == term);

    public RecoveredState Recover()
    {
        var connected = _entries.TryGetValue(Snapshot.Index.Value, out var last)
            ? last.Term == Snapshot.Term
            : _entries.Count > 0 && _entries.Keys[0] == Snapshot.Index.Value + 1;
        if (!connected)
            _entries.Clear();
        return new(HardState, Snapshot, [.. _entries.Values]);
    }

    private void Apply(StorageWrite write)
    {
        switch (write.Kind)
        {
            case StorageWriteKind.HardState:
                HardState = write.HardState;
                break;
            case StorageWriteKind.Append:
                RemoveFrom(write.Entries.Span[0].Index);
                foreach (var entry in write.Entries.Span)
                    _entries.Add(entry.Index.Value, entry);
                break;
            case StorageWriteKind.Reset:
                _entries.Clear();
                Store(write.Snapshot);
                break;
            case StorageWriteKind.Compact:
                Store(write.Snapshot);
                while (_entries.Count > 0 && _entries.Keys[0] < write.CompactThrough.Value)
                    _entries.RemoveAt(0);
                break;
        }
    }

    private void RemoveFrom(LogIndex index)
    {
        while (_entries.Count > 0 && _entries.Keys[^1] >= index.Value)
            _entries.RemoveAt(_entries.Count - 1);
    }
}
