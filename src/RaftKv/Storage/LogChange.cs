using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>What a batch of writes changes about which segments are needed.</summary>
internal struct LogChange
{
    /// <summary>Whether the batch holds entries.</summary>
    public bool HasEntries { get; private set; }

    /// <summary>Entries up to here are no longer needed.</summary>
    public LogIndex CompactThrough { get; private set; }

    /// <summary>Adds a write.</summary>
    public void Add(in StorageWrite write)
    {
        HasEntries |= write.Kind == StorageWriteKind.Append;
        if (write.Kind == StorageWriteKind.Compact)
            CompactThrough = LogIndex.Max(CompactThrough, write.CompactThrough);
        else if (write.Kind == StorageWriteKind.Reset)
            CompactThrough = LogIndex.Max(CompactThrough, write.Snapshot.Index);
    }
}
