using System.Buffers.Binary;

namespace RaftKv.Storage;

/// <summary>
/// Precedes the records of one flush: magic (4 bytes), checksum of the header's rest (4), body length (4), checksum of the
/// body (4), batch number (8), own offset in the segment (8), checksum of the previous batch's header (4), zero (4).
/// The checksum starts from the segment's own, so a copy of a batch found elsewhere does not verify. Batches begin at
/// multiples of 8.
/// </summary>
/// <param name="BodyBytes">Length of the records that follow.</param>
/// <param name="BodyChecksum">Their checksum.</param>
/// <param name="Number">Counts batches from 1 over all segments.</param>
/// <param name="Offset">Where in the segment the header lies.</param>
/// <param name="Previous">The checksum of the previous batch's header, which chains the batches.</param>
internal readonly record struct BatchHeader(int BodyBytes, uint BodyChecksum, long Number, long Offset, uint Previous)
{
    public const int Bytes = 40;
    public const int Alignment = 8;
    private const uint Magic = 0x42_56_4b_52;

    /// <summary>Where the next batch begins.</summary>
    public long End => Align(Offset + Bytes + BodyBytes);

    public static long Align(long offset) => (offset + Alignment - 1) & -Alignment;

    /// <summary>Writes the header.</summary>
    /// <returns>Its checksum.</returns>
    public uint Write(Span<byte> destination, uint segmentChecksum)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], BodyChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], Previous);
        destination[36..Bytes].Clear();
        var checksum = Crc32C.Append(segmentChecksum, destination[8..Bytes]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], checksum);
        return checksum;
    }

    /// <summary>Reads a header that verifies on its own and belongs at <paramref name="offset"/> of this segment.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> segment, long offset, uint segmentChecksum, out BatchHeader header, out uint checksum)
    {
        (header, checksum) = (default, 0);
        if (segment.Length - offset < Bytes)
            return false;
        var bytes = segment.Slice((int)offset, Bytes);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || Crc32C.Append(segmentChecksum, bytes[8..]) != checksum)
            return false;
        header = new BatchHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]));
        return header.Offset == offset && header.BodyBytes >= 0 && header.End <= segment.Length;
    }
}
