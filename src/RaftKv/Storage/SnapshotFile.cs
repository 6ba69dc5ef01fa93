using System.Buffers.Binary;
using RaftKv.Consensus;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>A durable snapshot, open for reading. What it gives out has been verified.</summary>
internal sealed class SnapshotFile(IDiskFile file, SnapshotHeader header) : IDisposable
{
    /// <summary>Which snapshot.</summary>
    public SnapshotId Id => header.Id;

    /// <summary>Length of the stream: the content and its checksum.</summary>
    public long StreamBytes => header.StreamBytes;

    /// <summary>Opens the file and verifies its header.</summary>
    public static async Task<SnapshotFile> OpenAsync(IDisk disk, SnapshotId id)
    {
        var name = SnapshotHeader.FileName(id);
        var file = await disk.OpenAsync(name);
        var bytes = new byte[SnapshotHeader.Bytes];
        var read = await file.ReadAsync(0, bytes);
        return new SnapshotFile(file, SnapshotHeader.Decode(bytes.AsSpan(0, read), name, id, file.Length));
    }

    /// <summary>The stream from <paramref name="offset"/> to the end of the chunk there; nothing at its end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset)
    {
        if (offset >= StreamBytes)
            return default;
        var (chunk, skipped) = Math.DivRem(offset, header.ChunkBytes);
        var bytes = (int)Math.Min(header.ChunkBytes, StreamBytes - (offset - skipped));
        var place = SnapshotHeader.OffsetOf(chunk, header.ChunkBytes);
        var data = new byte[bytes + SnapshotHeader.ChecksumBytes];
        if (await file.ReadAsync(place, data) != data.Length)
            throw new CorruptStorageException(SnapshotHeader.FileName(Id), place, "it ends early");
        if (BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(bytes))
            != SnapshotHeader.Checksum(chunk, data.AsSpan(0, bytes)))
            throw new CorruptStorageException(
                SnapshotHeader.FileName(Id), place, $"the checksum of chunk {chunk} is wrong");
        return data.AsMemory((int)skipped..bytes);
    }

    /// <summary>Hands the content to a state machine, chunk by chunk.</summary>
    /// <exception cref="InvalidDataException">The state machine does not understand it.</exception>
    public async ValueTask RestoreAsync(ISnapshotRestore restore)
    {
        var contentBytes = StreamBytes - SnapshotHeader.ChecksumBytes;
        for (var offset = 0L; offset < contentBytes;)
        {
            var data = await ReadAsync(offset);
            restore.Read(data.Span[..(int)Math.Min(data.Length, contentBytes - offset)]);
            offset += data.Length;
        }

        restore.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
