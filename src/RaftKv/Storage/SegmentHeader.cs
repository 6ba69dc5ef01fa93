using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RaftKv.Checksums;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// The first sector of a log segment: magic (8 bytes), checksum of the rest (4), format version (4), sequence
/// number, segment length, last earlier batch and its checksum, term, vote, snapshot index and term, last log index
/// (8 each), node id (4), length of the cluster id (4), cluster id, zeros. Durable under the segment's name before
/// anything follows it.
/// </summary>
/// <param name="Sequence">Counts segments from 1.</param>
/// <param name="Length">Length of the file in bytes.</param>
/// <param name="LastBatch">Number of the last batch of the segment before.</param>
/// <param name="LastChecksum">Checksum of that batch's header: continues the chain.</param>
/// <param name="Summary">Where the log stood after that batch.</param>
internal sealed record SegmentHeader(long Sequence, long Length, long LastBatch, uint LastChecksum, LogSummary Summary)
{
    public const int Bytes = 512;
    public const int FormatVersion = 1;
    private const ulong Magic = 0x31_4C_41_57_56_4B_46_52;
    private const string Prefix = "wal-";
    private const string Suffix = ".log";

    /// <summary>The name of the segment of this sequence number.</summary>
    public static string FileName(long sequence) =>
        Prefix + sequence.ToString("D16", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The sequence number in a segment's file name.</summary>
    public static bool TryParseName(string name, out long sequence)
    {
        sequence = 0;
        return name.Length == Prefix.Length + 16 + Suffix.Length
            && name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(
                name.AsSpan(Prefix.Length, 16), NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }

    /// <summary>The header's sector, and its checksum, from which those of the segment's batches start.</summary>
    public byte[] Encode(StorageIdentity identity, out uint checksum)
    {
        var sector = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(sector, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(sector.AsSpan(12), FormatVersion);
        ReadOnlySpan<long> numbers =
        [
            Sequence, Length, LastBatch, LastChecksum, Summary.HardState.Term.Value, Summary.HardState.VotedFor.Value,
            Summary.Snapshot.Index.Value, Summary.Snapshot.Term.Value, Summary.LastIndex.Value,
        ];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(sector.AsSpan(16 + 8 * i), numbers[i]);
        BinaryPrimitives.WriteInt32LittleEndian(sector.AsSpan(88), identity.Node.Value);
        var idBytes = Encoding.UTF8.GetBytes(identity.ClusterId, sector.AsSpan(96));
        BinaryPrimitives.WriteInt32LittleEndian(sector.AsSpan(92), idBytes);
        checksum = Crc32C.Append(0, sector.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(8), checksum);
        return sector;
    }

    /// <summary>Reads and checks the header of the segment in <paramref name="name"/>.</summary>
    /// <exception cref="ForeignStorageException">The segment is another node's or of another version.</exception>
    /// <exception cref="CorruptStorageException">It does not verify.</exception>
    public static SegmentHeader Decode(
        ReadOnlySpan<byte> segment, string name, long sequence, StorageIdentity identity, out uint checksum)
    {
        if (segment.Length < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(segment) != Magic)
            throw new CorruptStorageException(name, 0, "no log segment begins here");
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(segment[8..]);
        if (checksum != Crc32C.Append(0, segment[12..Bytes]))
            throw new CorruptStorageException(name, 0, "the segment header's checksum is wrong");
        var version = BinaryPrimitives.ReadInt32LittleEndian(segment[12..]);
        if (version != FormatVersion)
            throw new ForeignStorageException(name, $"format version {version}; this program reads {FormatVersion}");
        var numbers = new long[9];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(segment[(16 + 8 * i)..]);
        var node = new NodeId(BinaryPrimitives.ReadInt32LittleEndian(segment[88..]));
        var idBytes = BinaryPrimitives.ReadInt32LittleEndian(segment[92..]);
        if (idBytes is < 1 or > StorageIdentity.MaxClusterIdBytes)
            throw new CorruptStorageException(name, 92, $"a cluster id of {idBytes} bytes");
        var owner = new StorageIdentity(Encoding.UTF8.GetString(segment.Slice(96, idBytes)), node);
        if (owner != identity)
            throw new ForeignStorageException(name, $"belongs to {owner}, not to {identity}");
        if (numbers[0] != sequence || numbers[1] != segment.Length)
            throw new CorruptStorageException(
                name,
                16,
                $"made as segment {numbers[0]} of {numbers[1]} bytes, found as {sequence} of {segment.Length}");
        var summary = new LogSummary(
            new(new(numbers[4]), new((int)numbers[5])), new(new(numbers[6]), new(numbers[7])), new(numbers[8]));
        return new SegmentHeader(numbers[0], numbers[1], numbers[2], (uint)numbers[3], summary);
    }
}
