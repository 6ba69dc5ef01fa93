using System.Buffers.Binary;
using RaftKv.Checksums;
using RaftKv.Consensus;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>A durable snapshot, open for reading. What it gives out has been verified.</summary>
internal sealed class SnapshotFile : IDisposable
{
    /// <summary>A flush of this many bytes at most stands between the log and its own flush.</summary>
    private const int WriteBytes = 1 << 20;

    private readonly IDiskFile _file;
    private readonly string _name;
    private readonly SnapshotHeader _header;
    private readonly byte[] _table;

    private SnapshotFile(IDiskFile file, string name, SnapshotHeader header, byte[] table) =>
        (_file, _name, _header, _table) = (file, name, header, table);

    /// <summary>Which snapshot.</summary>
    public SnapshotId Id => _header.Id;

    /// <summary>Length of the content.</summary>
    public int ContentBytes => _header.ContentBytes;

    /// <summary>Opens the file and verifies all but the content.</summary>
    public static async Task<SnapshotFile> OpenAsync(IDisk disk, SnapshotId id, int maxBytes)
    {
        var name = SnapshotHeader.FileName(id);
        var file = await disk.OpenAsync(name);
        var bytes = new byte[SnapshotHeader.Bytes];
        var read = await file.ReadAsync(0, bytes);
        var header = SnapshotHeader.Decode(bytes.AsSpan(0, read), name, id, file.Length, maxBytes);
        var table = new byte[sizeof(uint) * header.Chunks];
        var tableOffset = SnapshotHeader.Bytes + (long)header.ContentBytes;
        if (await file.ReadAsync(tableOffset, table) != table.Length || Crc32C.Append(0, table) != header.TableChecksum)
            throw new CorruptStorageException(name, tableOffset, "the checksum of the chunk checksums is wrong");
        return new SnapshotFile(file, name, header, table);
    }

    /// <summary>Writes a snapshot under a temporary name, flushes it, gives it its name and flushes that.</summary>
    public static async Task<SnapshotFile> CreateAsync(
        IDisk disk, string temporaryName, SnapshotId id, ReadOnlyMemory<byte> content, int chunkBytes)
    {
        var header = new SnapshotHeader(id, content.Length, chunkBytes, 0);
        var table = new byte[sizeof(uint) * header.Chunks];
        for (var chunk = 0; chunk < header.Chunks; chunk++)
        {
            var checksum = Crc32C.Append(0, Chunk(content.Span, header, chunk));
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(sizeof(uint) * chunk), checksum);
        }

        header = header with { TableChecksum = Crc32C.Append(0, table) };

        var file = await disk.OpenAsync(temporaryName);
        file.Write(0, header.Encode());
        for (var offset = 0; offset < content.Length; offset += WriteBytes)
        {
            var bytes = Math.Min(WriteBytes, content.Length - offset);
            file.Write(SnapshotHeader.Bytes + offset, content.Slice(offset, bytes));
            await file.FlushAsync();
        }

        file.Write(SnapshotHeader.Bytes + content.Length, table);
        await file.FlushAsync();
        var name = SnapshotHeader.FileName(id);
        await disk.RenameAsync(temporaryName, name);
        await disk.FlushDirectoryAsync();
        return new SnapshotFile(file, name, header, table);
    }

    /// <summary>Reads from <paramref name="offset"/> to the end of the chunk there, at most that many bytes.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset, int maxBytes)
    {
        if (offset >= _header.ContentBytes)
            return default;
        var chunk = (int)(offset / _header.ChunkBytes);
        var start = chunk * (long)_header.ChunkBytes;
        var bytes = new byte[Math.Min(_header.ChunkBytes, _header.ContentBytes - start)];
        if (await _file.ReadAsync(SnapshotHeader.Bytes + start, bytes) != bytes.Length)
            throw new CorruptStorageException(_name, SnapshotHeader.Bytes + start, "it ends early");
        Verify(chunk, bytes);
        return bytes.AsMemory((int)(offset - start)..)[..(int)Math.Min(maxBytes, start + bytes.Length - offset)];
    }

    /// <summary>Reads and verifies the whole content.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> LoadAsync()
    {
        var content = new byte[_header.ContentBytes];
        if (await _file.ReadAsync(SnapshotHeader.Bytes, content) != content.Length)
            throw new CorruptStorageException(_name, SnapshotHeader.Bytes, "it ends early");
        for (var chunk = 0; chunk < _header.Chunks; chunk++)
            Verify(chunk, Chunk(content, _header, chunk));
        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Verify(int chunk, ReadOnlySpan<byte> bytes)
    {
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(_table.AsSpan(sizeof(uint) * chunk));
        var offset = SnapshotHeader.Bytes + chunk * (long)_header.ChunkBytes;
        if (Crc32C.Append(0, bytes) != expected)
            throw new CorruptStorageException(_name, offset, $"the checksum of chunk {chunk} is wrong");
    }

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> content, SnapshotHeader header, int chunk)
    {
        var start = chunk * (long)header.ChunkBytes;
        return content.Slice((int)start, (int)Math.Min(header.ChunkBytes, content.Length - start));
    }
}
