using System.Buffers.Binary;
using System.Globalization;
using RaftKv.Checksums;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// The first 64 bytes of a snapshot file: magic (8), format version (4), chunk length (4), snapshot index (8) and term
/// (8), stream length (8), zeros, checksum of all that (4). The stream follows in chunks of that length, the last one
/// shorter, each with its checksum (4) behind it.
/// </summary>
/// <param name="Id">Which snapshot.</param>
/// <param name="StreamBytes">Length of the content and its checksum: what is sent to followers.</param>
/// <param name="ChunkBytes">Length of a chunk.</param>
internal sealed record SnapshotHeader(SnapshotId Id, long StreamBytes, int ChunkBytes)
{
    public const int Bytes = 64;
    public const int ChecksumBytes = sizeof(uint);
    private const int FormatVersion = 2;
    private const ulong Magic = 0x31_50_41_4E_53_56_4B_52;
    private const string Prefix = "snapshot-";

    /// <summary>How many chunks there are.</summary>
    public long Chunks => (StreamBytes + ChunkBytes - 1) / ChunkBytes;

    /// <summary>Length of the whole file.</summary>
    public long FileBytes => Bytes + StreamBytes + (ChecksumBytes * Chunks);

    /// <summary>The name of the file of this snapshot.</summary>
    public static string FileName(SnapshotId id) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id.Index.Value:D19}-{id.Term.Value:D19}");

    /// <summary>The snapshot in the file of this name.</summary>
    public static bool TryParseName(string name, out SnapshotId id)
    {
        id = default;
        if (name.Length != Prefix.Length + 39 || !name.StartsWith(Prefix, StringComparison.Ordinal)
            || !long.TryParse(name.AsSpan(9, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !long.TryParse(name.AsSpan(29, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var term))
            return false;
        id = new SnapshotId(new(index), new(term));
        return name[28] == '-';
    }

    /// <summary>Where in the file a chunk begins.</summary>
    public static long OffsetOf(long chunk, int chunkBytes) => Bytes + (chunk * (chunkBytes + ChecksumBytes));

    /// <summary>The checksum of a chunk, which holds at its own place only.</summary>
    public static uint Checksum(long chunk, ReadOnlySpan<byte> data) => Crc32C.Append((uint)chunk, data);

    /// <summary>The header's bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), ChunkBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Id.Index.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Id.Term.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), StreamBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Append(0, bytes.AsSpan(0, 60)));
        return bytes;
    }

    /// <summary>Reads the header of the snapshot file <paramref name="name"/>.</summary>
    /// <exception cref="CorruptStorageException">It does not verify, or is of another snapshot.</exception>
    /// <exception cref="ForeignStorageException">It is of another format version.</exception>
    public static SnapshotHeader Decode(ReadOnlySpan<byte> bytes, string name, SnapshotId id, long fileBytes)
    {
        if (bytes.Length < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            throw new CorruptStorageException(name, 0, "no snapshot begins here");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Crc32C.Append(0, bytes[..60]))
            throw new CorruptStorageException(name, 0, "the snapshot header's checksum is wrong");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != FormatVersion)
            throw new ForeignStorageException(name, $"format version {version}; this program reads {FormatVersion}");
        var chunkBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var found = new SnapshotId(
            new(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..])),
            new(BinaryPrimitives.ReadInt64LittleEndian(bytes[24..])));
        var header = new SnapshotHeader(id, BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), chunkBytes);
        if (found != id || chunkBytes < 1 || header.StreamBytes < ChecksumBytes)
            throw new CorruptStorageException(
                name, 0, $"it says snapshot {found}, {header.StreamBytes} bytes by {chunkBytes}");
        return header.FileBytes == fileBytes
            ? header
            : throw new CorruptStorageException(name, fileBytes, $"{header.FileBytes} bytes were expected");
    }
}
