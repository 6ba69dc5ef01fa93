namespace RaftKv.Storage;

/// <summary>Sizes of what the storage keeps on disk.</summary>
public sealed record StorageOptions
{
    /// <summary>
    /// Size of a log segment in bytes, at least 4,096; filled with zeros when the segment is made. A batch that does
    /// not fit gets a segment of its own size.
    /// </summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Size of the pieces in which a snapshot is written, checksummed, read and sent, in bytes: 64 to 1,048,576. How
    /// large a snapshot is does not matter: memory holds a few pieces of it.
    /// </summary>
    public int SnapshotChunkBytes { get; init; } = 64 << 10;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the option.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(SnapshotChunkBytes, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SnapshotChunkBytes, 1 << 20);
    }
}
