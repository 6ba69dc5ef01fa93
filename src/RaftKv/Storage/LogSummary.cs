using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// Where the stored log stands after a number of writes, without its entries. Each segment begins with it, so that
/// earlier segments can go.
/// </summary>
internal readonly record struct LogSummary(HardState HardState, SnapshotId Snapshot, LogIndex LastIndex)
{
    /// <summary>The summary after one more write.</summary>
    public LogSummary After(in StorageWrite write) => write.Kind switch
    {
        StorageWriteKind.HardState => this with { HardState = write.HardState },
        StorageWriteKind.Append => this with { LastIndex = write.Entries.Span[^1].Index },
        StorageWriteKind.Reset => this with { Snapshot = write.Snapshot, LastIndex = write.Snapshot.Index },
        _ => this with { Snapshot = write.Snapshot },
    };

    /// <summary>Why <paramref name="write"/> cannot come next, or <see langword="null"/> when it can.</summary>
    public string? Objection(in StorageWrite write)
    {
        switch (write.Kind)
        {
            case StorageWriteKind.HardState:
                if (write.HardState.Term < HardState.Term)
                    return $"the term goes back from {HardState.Term} to {write.HardState.Term}";
                if (write.HardState.Term == HardState.Term && HardState.VotedFor != NodeId.None
                    && write.HardState.VotedFor != HardState.VotedFor)
                    return $"the vote of term {HardState.Term} changes from {HardState.VotedFor} to "
                        + $"{write.HardState.VotedFor}";
                return null;
            case StorageWriteKind.Append:
                return ObjectionToEntries(write.Entries.Span);
            case StorageWriteKind.Reset or StorageWriteKind.Compact:
                if (write.Snapshot.Index <= LogIndex.Zero || write.Snapshot.Index < Snapshot.Index)
                    return $"snapshot {write.Snapshot} replaces snapshot {Snapshot}";
                if (write.Snapshot.Term > HardState.Term)
                    return $"snapshot {write.Snapshot} is of a later term than {HardState.Term}";
                if (write.Kind == StorageWriteKind.Compact
                    && (write.Snapshot.Index > LastIndex || write.CompactThrough > write.Snapshot.Index))
                    return $"compaction through {write.CompactThrough} by snapshot {write.Snapshot} of a log to "
                        + $"{LastIndex}";
                return null;
            default:
                return $"unknown kind of write {write.Kind}";
        }
    }

    private string? ObjectionToEntries(ReadOnlySpan<LogEntry> entries)
    {
        if (entries.IsEmpty)
            return "an append without entries";
        var first = entries[0].Index;
        if (first > LastIndex.Next || first <= Snapshot.Index)
            return $"entry {first} does not fit a log to {LastIndex} with snapshot {Snapshot}";
        var (index, term) = (first, Term.Zero);
        foreach (ref readonly var entry in entries)
        {
            if (entry.Index != index || entry.Term < term || entry.Term > HardState.Term)
                return $"entry {entry.Index} of term {entry.Term} where index {index} and a term from {term} to "
                    + $"{HardState.Term} were expected";
            (index, term) = (index.Next, entry.Term);
        }

        return null;
    }
}
