using RaftKv.Consensus;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>Settings of a replica.</summary>
public sealed record ReplicaOptions
{
    /// <summary>Settings of the consensus core.</summary>
    public required RaftOptions Raft { get; init; }

    /// <summary>What to do when the disk is empty.</summary>
    public FirstStart FirstStart { get; init; } = FirstStart.Refused;

    /// <summary>
    /// A new snapshot is taken at every multiple of this index. Best the same on all members: then one can go on
    /// sending a snapshot that another began to send.
    /// </summary>
    public int SnapshotEveryEntries { get; init; } = 10_000;

    /// <summary>Applied command bytes after which a new snapshot is taken.</summary>
    public long SnapshotEveryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Entries kept behind a snapshot, so that a follower that lags a little needs no snapshot.</summary>
    public int TrailingEntries { get; init; } = 1_000;

    /// <summary>Most payload bytes in those entries.</summary>
    public long TrailingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        Raft.Validate();
        if (SnapshotEveryEntries <= 0 || SnapshotEveryBytes <= 0)
            throw new ArgumentException("SnapshotEveryEntries and SnapshotEveryBytes must be positive.");
        if (TrailingEntries < 0 || TrailingBytes < 0)
            throw new ArgumentException(
                $"TrailingEntries ({TrailingEntries}) and TrailingBytes ({TrailingBytes}) must not be negative.");
    }
}
