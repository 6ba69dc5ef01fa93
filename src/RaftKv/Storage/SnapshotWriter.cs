using System.Buffers.Binary;
using RaftKv.Checksums;
using RaftKv.Consensus;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// A snapshot on its way to the disk, in chunks and under a temporary name. Memory holds what was written since the
/// last flush, a megabyte at most, whatever the snapshot's size.
/// </summary>
internal sealed class SnapshotWriter
{
    /// <summary>A flush of this many bytes at most stands between the log and its own flush.</summary>
    private const int UnflushedBytes = 1 << 20;

    /// <summary>The checksum of anything followed by its own checksum.</summary>
    private const uint Whole = 0x48674BC7;

    private readonly IDisk _disk;
    private readonly IDiskFile _file;
    private readonly string _temporaryName;
    private readonly int _chunkBytes;
    private readonly List<byte[]> _unflushed = [];
    private byte[] _chunk = [];
    private int _filled;
    private long _chunks;
    private uint _checksum;

    private SnapshotWriter(IDisk disk, IDiskFile file, string temporaryName, SnapshotId id, int chunkBytes) =>
        (_disk, _file, _temporaryName, Id, _chunkBytes) = (disk, file, temporaryName, id, chunkBytes);

    /// <summary>Which snapshot.</summary>
    public SnapshotId Id { get; }

    /// <summary>Bytes of the stream written so far.</summary>
    public long Length => (_chunks * _chunkBytes) + _filled;

    /// <summary>Whether the stream so far is some content and its checksum.</summary>
    public bool IsWhole => Length >= SnapshotHeader.ChecksumBytes && _checksum == Whole;

    /// <summary>Begins an empty one.</summary>
    public static async Task<SnapshotWriter> CreateAsync(
        IDisk disk, string temporaryName, SnapshotId id, int chunkBytes) =>
        new(disk, await disk.OpenAsync(temporaryName), temporaryName, id, chunkBytes);

    /// <summary>Adds to the stream.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _checksum = Crc32C.Append(_checksum, bytes.Span);
        while (!bytes.IsEmpty)
        {
            var taken = Math.Min(_chunkBytes - _filled, bytes.Length);
            GrowChunk(_filled + taken + SnapshotHeader.ChecksumBytes);
            bytes[..taken].CopyTo(_chunk.AsMemory(_filled));
            bytes = bytes[taken..];
            _filled += taken;
            if (_filled == _chunkBytes)
                EndChunk();
            if ((long)_unflushed.Count * _chunkBytes >= UnflushedBytes)
                await FlushAsync();
        }
    }

    /// <summary>The content is complete: its checksum ends the stream.</summary>
    public ValueTask EndContentAsync()
    {
        var checksum = new byte[SnapshotHeader.ChecksumBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, _checksum);
        return WriteAsync(checksum);
    }

    /// <summary>Flushes the whole stream, gives the file its name and flushes that.</summary>
    public async Task<SnapshotFile> CompleteAsync()
    {
        var header = new SnapshotHeader(Id, Length, _chunkBytes);
        if (_filled > 0)
            EndChunk();
        _file.Write(0, header.Encode());
        await FlushAsync();
        await _disk.RenameAsync(_temporaryName, SnapshotHeader.FileName(Id));
        await _disk.FlushDirectoryAsync();
        return new SnapshotFile(_file, header);
    }

    /// <summary>Gives up.</summary>
    public ValueTask DiscardAsync()
    {
        _file.Dispose();
        return _disk.DeleteAsync(_temporaryName);
    }

    private void EndChunk()
    {
        var data = _chunk.AsMemory(0, _filled + SnapshotHeader.ChecksumBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            data.Span[_filled..], SnapshotHeader.Checksum(_chunks, data.Span[.._filled]));
        _file.Write(SnapshotHeader.OffsetOf(_chunks, _chunkBytes), data);
        _unflushed.Add(_chunk);
        _chunk = [];
        _chunks++;
        _filled = 0;
    }

    private async ValueTask FlushAsync()
    {
        await _file.FlushAsync();
        _unflushed.Clear();
    }

    /// <summary>Most snapshots of small stores fill a little of one chunk.</summary>
    private void GrowChunk(int bytes)
    {
        if (bytes > _chunk.Length)
            Array.Resize(
                ref _chunk,
                (int)Math.Min(_chunkBytes + SnapshotHeader.ChecksumBytes, Math.Max(bytes, 2L * _chunk.Length)));
    }
}
