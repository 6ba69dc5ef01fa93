using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>Rebuilds the log from the writes found on disk.</summary>
internal sealed class LogReplay(LogSummary start)
{
    private List<LogEntry> _entries = [];

    /// <summary>Where the log stands.</summary>
    public LogSummary Summary { get; private set; } = start;

    /// <summary>The entries that are alive, in index order.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>Applies the records of one batch.</summary>
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public string? Apply(ReadOnlySpan<byte> records, ref LogChange change)
    {
        while (!records.IsEmpty)
        {
            if (!RecordCodec.TryDecode(ref records, out var write))
                return "the batch verifies, but a record of it does not decode";
            if (Summary.Objection(write) is { } objection)
                return objection;
            Summary = Summary.After(write);
            change.Add(write);
            switch (write.Kind)
            {
                case StorageWriteKind.Append:
                    RemoveFrom(write.Entries.Span[0].Index);
                    _entries.AddRange(write.Entries.Span);
                    break;
                case StorageWriteKind.Reset:
                    _entries = [];
                    break;
                case StorageWriteKind.Compact:
                    _entries.RemoveRange(0, CountThrough(write.CompactThrough));
                    break;
            }
        }

        return null;
    }

    /// <summary>What the log lacks to start from its snapshot, or <see langword="null"/>.</summary>
    public string? Gap()
    {
        var (snapshot, last) = (Summary.Snapshot, Summary.LastIndex);
        if (_entries.Count == 0)
            return last == snapshot.Index ? null : $"entries {snapshot.Index.Next} to {last} are missing";
        if (_entries[0].Index > snapshot.Index.Next)
            return $"entries {snapshot.Index.Next} to {_entries[0].Index.Previous} are missing";
        var covered = CountThrough(snapshot.Index);
        return covered > 0 && _entries[covered - 1].Term != snapshot.Term
            ? $"entry {snapshot.Index} has term {_entries[covered - 1].Term}, its snapshot {snapshot.Term}"
            : null;
    }

    private void RemoveFrom(LogIndex index)
    {
        var kept = CountThrough(index.Previous);
        _entries.RemoveRange(kept, _entries.Count - kept);
    }

    private int CountThrough(LogIndex index) =>
        _entries.Count == 0 ? 0 : (int)Math.Clamp(index - _entries[0].Index + 1, 0, _entries.Count);
}
