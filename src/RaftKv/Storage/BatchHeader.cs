using System.Buffers.Binary;
using RaftKv.Checksums;

namespace RaftKv.Storage;

/// <summary>
/// Precedes the records of one flush: checksum of the header's rest (4 bytes), body length (4), checksum of the body
/// (4), checksum of the batch header before (4), batch number (8), own offset in the segment (8), magic (8). The
/// checksum starts from the segment's own, so a copy of a batch found elsewhere does not verify. Batches begin at
/// multiples of 8. Header and body end with a byte that is not zero: by it a write that stopped early is known.
/// </summary>
/// <param name="BodyBytes">Length of what follows: records, padding, and a byte that says how much padding.</param>
/// <param name="BodyChecksum">Its checksum.</param>
/// <param name="Number">Counts batches from 1 over all segments.</param>
/// <param name="Offset">Where in the segment the header lies.</param>
/// <param name="Previous">The checksum of the previous batch's header, which chains the batches.</param>
internal readonly record struct BatchHeader(int BodyBytes, uint BodyChecksum, long Number, long Offset, uint Previous)
{
    public const int Bytes = 40;
    public const int Alignment = 8;
    private const byte EndMark = 0xF8;
    private const ulong Magic = 0x48_43_54_41_42_56_4B_52;

    /// <summary>Where the next batch begins.</summary>
    public long End => Offset + Bytes + BodyBytes;

    /// <summary>The next multiple of <see cref="Alignment"/>.</summary>
    public static long Align(long offset) => (offset + Alignment - 1) & -Alignment;

    /// <summary>
    /// Fills the last bytes of a body: zeros, and a mark that is none and holds their number, at most 7.
    /// </summary>
    public static void EndBody(Span<byte> ending)
    {
        ending.Clear();
        ending[^1] = (byte)(EndMark + ending.Length - 1);
    }

    /// <summary>The records in a body that verifies.</summary>
    public static ReadOnlySpan<byte> Records(ReadOnlySpan<byte> body) =>
        body[..Math.Max(0, body.Length - 1 - (body[^1] & (Alignment - 1)))];

    /// <summary>Writes the header.</summary>
    /// <returns>Its checksum.</returns>
    public uint Write(Span<byte> destination, uint segmentChecksum)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Previous);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Magic);
        var checksum = Crc32C.Append(segmentChecksum, destination[4..Bytes]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, checksum);
        return checksum;
    }

    /// <summary>Reads a header that verifies on its own and belongs at this offset of this segment.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> segment, long offset, uint segmentChecksum, out BatchHeader header, out uint checksum)
    {
        (header, checksum) = (default, 0);
        if (segment.Length - offset < Bytes)
            return false;
        var bytes = segment.Slice((int)offset, Bytes);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]) != Magic
            || Crc32C.Append(segmentChecksum, bytes[4..]) != checksum)
            return false;
        header = new BatchHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
        return header.Offset == offset && header.BodyBytes > 0 && header.End <= segment.Length;
    }
}
