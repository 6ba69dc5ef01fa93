using System.Buffers.Binary;
using System.Globalization;
using RaftKv.Checksums;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// The first 64 bytes of a snapshot file: magic (8), format version (4), chunk length (4), snapshot index (8) and term
/// (8), content length (8), checksum of the table (4), zeros, checksum of all that (4). The content follows,
/// then the table: a checksum (4) for each chunk of it.
/// </summary>
internal sealed record SnapshotHeader(SnapshotId Id, int ContentBytes, int ChunkBytes, uint TableChecksum)
{
    public const int Bytes = 64;
    private const int FormatVersion = 1;
    private const ulong Magic = 0x31_50_41_4E_53_56_4B_52;
    private const string Prefix = "snapshot-";

    /// <summary>How many chunks the content has.</summary>
    public int Chunks => (int)(((long)ContentBytes + ChunkBytes - 1) / ChunkBytes);

    /// <summary>Length of the whole file.</summary>
    public long FileBytes => Bytes + (long)ContentBytes + sizeof(uint) * (long)Chunks;

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

    /// <summary>The header's bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), ChunkBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Id.Index.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Id.Term.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), ContentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), TableChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Append(0, bytes.AsSpan(0, 60)));
        return bytes;
    }

    /// <summary>Reads the header of the snapshot file <paramref name="name"/>.</summary>
    /// <exception cref="CorruptStorageException">It does not verify, or is of another snapshot.</exception>
    public static SnapshotHeader Decode(
        ReadOnlySpan<byte> bytes, string name, SnapshotId id, long fileBytes, int maxBytes)
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
        var contentBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]);
        if (found != id || chunkBytes < 1 || contentBytes < 0)
            throw new CorruptStorageException(
                name, 0, $"it says snapshot {found}, {contentBytes} bytes by {chunkBytes}");
        if (contentBytes > maxBytes)
            throw new CorruptStorageException(
                name, 32, $"{contentBytes} bytes are more than MaxSnapshotBytes = {maxBytes}");
        var header = new SnapshotHeader(
            id, (int)contentBytes, chunkBytes, BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]));
        return header.FileBytes == fileBytes
            ? header
            : throw new CorruptStorageException(name, fileBytes, $"{header.FileBytes} bytes were expected");
    }
}
