using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Storage as the core sees it: writes queue up, become durable in order and survive a crash.</summary>
internal sealed class TestDisk
{
    private readonly List<StorageWrite> _queued = [];
    private readonly SortedList<long, LogEntry> _entries = [];
    private readonly Dictionary<SnapshotId, Configuration> _received = [];

    public HardState HardState { get; private set; }

    public SnapshotId Snapshot { get; private set; }

    /// <summary>The configuration in force at the snapshot.</summary>
    public Configuration Configuration { get; private set; } = Configuration.Empty;

    public IReadOnlyList<StorageWrite> Queued => _queued;

    public LogIndex LastIndex =>
        _entries.Count == 0 ? Snapshot.Index : LogIndex.Max(Snapshot.Index, new(_entries.Keys[^1]));

    public void Load(RecoveredState state)
    {
        (HardState, Snapshot, Configuration) = (state.HardState, state.Snapshot, state.Configuration);
        foreach (var entry in state.Entries)
            _entries.Add(entry.Index.Value, entry);
    }

    public void Write(StorageWrite write) => _queued.Add(write.Keep());

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

    /// <summary>A received snapshot will count once a write names it.</summary>
    public void Receive(SnapshotId snapshot, Configuration configuration) => _received[snapshot] = configuration;

    /// <summary>A received snapshot becomes durable by itself, not through the queue.</summary>
    public void Store(SnapshotId snapshot, Configuration configuration)
    {
        if (snapshot.Index > Snapshot.Index)
            (Snapshot, Configuration) = (snapshot, configuration);
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
        return new(HardState, Snapshot, [.. _entries.Values]) { Configuration = Configuration };
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
                Store(write.Snapshot, ConfigurationAt(write.Snapshot));
                _entries.Clear();
                break;
            case StorageWriteKind.Compact:
                Store(write.Snapshot, ConfigurationAt(write.Snapshot));
                while (_entries.Count > 0 && _entries.Keys[0] < write.CompactThrough.Value)
                    _entries.RemoveAt(0);
                break;
        }
    }

    private Configuration ConfigurationAt(SnapshotId snapshot)
    {
        if (_received.TryGetValue(snapshot, out var received))
            return received;
        var entry = _entries.Values.LastOrDefault(
            entry => entry.Kind == EntryKind.Configuration && entry.Index <= snapshot.Index);
        return ConfigurationCodec.TryDecode(entry.Data.Span, out var configuration) ? configuration : Configuration;
    }

    private void RemoveFrom(LogIndex index)
    {
        while (_entries.Count > 0 && _entries.Keys[^1] >= index.Value)
            _entries.RemoveAt(_entries.Count - 1);
    }
}
