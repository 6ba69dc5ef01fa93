namespace RaftKv.Storage;

/// <summary>Sizes of what the storage keeps on disk.</summary>
public sealed record StorageOptions
{
    /// <summary>
    /// Size of a log segment in bytes, at least 4,096; filled with zeros when the segment is made. A batch that does
    /// not fit gets a segment of its own size.
    /// </summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>Size of the pieces in which a snapshot is checksummed and sent, in bytes, at least 512.</summary>
    public int SnapshotChunkBytes { get; init; } = 64 << 10;

    /// <summary>Limit on the size of a snapshot in bytes, 1 to 2,147,483,591.</summary>
    public int MaxSnapshotBytes { get; init; } = 1 << 30;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the option.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(SnapshotChunkBytes, 512);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSnapshotBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxSnapshotBytes, Array.MaxLength);
    }
}
