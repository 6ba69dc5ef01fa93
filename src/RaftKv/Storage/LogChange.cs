using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>What a batch of writes changes about which entries are alive.</summary>
internal struct LogChange()
{
    /// <summary>Earlier batches' entries from here on are dead.</summary>
    public LogIndex SupersededFrom { get; private set; } = new(long.MaxValue);

    /// <summary>Whether the batch's own last entry is alive.</summary>
    public bool HasEntries { get; private set; }

    /// <summary>Entries up to here are no longer needed.</summary>
    public LogIndex CompactThrough { get; private set; }

    /// <summary>Adds a write.</summary>
    public void Add(in StorageWrite write)
    {
        switch (write.Kind)
        {
            case StorageWriteKind.Append:
                SupersededFrom = LogIndex.Min(SupersededFrom, write.Entries.Span[0].Index);
                HasEntries = true;
                break;
            case StorageWriteKind.Reset:
                SupersededFrom = LogIndex.Zero.Next;
                HasEntries = false;
                CompactThrough = write.Snapshot.Index;
                break;
            case StorageWriteKind.Compact:
                CompactThrough = LogIndex.Max(CompactThrough, write.CompactThrough);
                break;
        }
    }
}
