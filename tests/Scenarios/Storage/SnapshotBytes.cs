using System.Buffers;
using System.Buffers.Binary;
using RaftKv.Checksums;
using RaftKv.Consensus;
using RaftKv.Storage;

namespace RaftKv.Scenarios.Storage;

/// <summary>A state that is nothing but bytes.</summary>
internal sealed class SnapshotBytes(byte[] content, int pieceBytes = 300) : ISnapshotCut, ISnapshotRestore
{
    private readonly ArrayBufferWriter<byte> _read = new();
    private int _written;

    public SnapshotBytes()
        : this([])
    {
    }

    /// <summary>What was read, once it is complete.</summary>
    public byte[]? Restored { get; private set; }

    /// <summary>What travels: the content and its checksum.</summary>
    public static byte[] Stream(byte[] content)
    {
        var checksum = new byte[SnapshotHeader.ChecksumBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Append(0, content));
        return [.. content, .. checksum];
    }

    public bool WriteNext(IBufferWriter<byte> writer)
    {
        var bytes = Math.Min(pieceBytes, content.Length - _written);
        writer.Write(content.AsSpan(_written, bytes));
        _written += bytes;
        return _written < content.Length;
    }

    public void Read(ReadOnlySpan<byte> bytes) => _read.Write(bytes);

    public void Complete() => Restored = _read.WrittenSpan.ToArray();

    public void Dispose()
    {
    }
}

internal static class PersisterExtensions
{
    public static ValueTask<long?> SaveSnapshotAsync(this Persister persister, SnapshotId id, byte[] content) =>
        persister.SaveSnapshotAsync(id, new SnapshotBytes(content), () => Task.CompletedTask);

    public static async ValueTask<byte[]> LoadSnapshotAsync(this Persister persister, SnapshotId id)
    {
        var restore = new SnapshotBytes();
        await persister.RestoreSnapshotAsync(id, restore);
        return restore.Restored!;
    }

    /// <summary>The content that storage found at its start.</summary>
    public static async ValueTask<byte[]> LoadSnapshotAsync(this Recovered recovered) =>
        recovered.State.Snapshot == SnapshotId.None
            ? []
            : await recovered.Persister.LoadSnapshotAsync(recovered.State.Snapshot);
}
