using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// A file of zeros that will be a segment. Made ahead of time, because a flush that has to fill sixteen megabytes first
/// keeps everyone waiting.
/// </summary>
internal sealed class BlankSegment
{
    /// <summary>A flush of this many bytes at most stands between the log and its own flush.</summary>
    private const long UnflushedBytes = 1 << 20;

    private readonly IDisk _disk;
    private readonly IDiskFile _file;
    private readonly string _temporaryName;

    private BlankSegment(IDisk disk, IDiskFile file, string temporaryName) =>
        (_disk, _file, _temporaryName) = (disk, file, temporaryName);

    /// <summary>Length in bytes.</summary>
    public long Length => _file.Length;

    /// <summary>Makes one; its zeros are durable, its name is temporary.</summary>
    public static async Task<BlankSegment> CreateAsync(IDisk disk, string temporaryName, long length)
    {
        var file = await disk.OpenAsync(temporaryName);
        while (file.Length < length)
        {
            file.SetLength(Math.Min(length, file.Length + UnflushedBytes));
            await file.FlushAsync();
        }

        return new BlankSegment(disk, file, temporaryName);
    }

    /// <summary>Gives it its header and its name, durably.</summary>
    public async Task<SegmentWriter> BeginAsync(SegmentHeader header, StorageIdentity identity)
    {
        _file.Write(0, header.Encode(identity, out var checksum));
        await _file.FlushAsync();
        await _disk.RenameAsync(_temporaryName, SegmentHeader.FileName(header.Sequence));
        await _disk.FlushDirectoryAsync();
        return new SegmentWriter(_file, header.Length, checksum, SegmentHeader.Bytes);
    }
}
