namespace RaftKv.Storage;

/// <summary>
/// Tells a torn tail, which a crash leaves and recovery cuts off, from corruption, which recovery refuses.
/// </summary>
/// <remarks>
/// <para>
/// All records of one flush form one batch under one checksum, and a batch is written only when the flush of the batch
/// before has completed, into space that is durably zero. So a crash can damage only the last batch, which nobody was
/// told is durable; dropping it whole loses nothing. A crash loses whole sectors (512 bytes), in any combination, or
/// the end of a write from any byte on: what the batch should have put there still reads zero.
/// </para>
/// <para>
/// Where a batch does not verify and anything but zeros follows, it is therefore torn exactly if both hold:
/// (1) nothing was begun after it: no header of a later batch verifies behind it, and if its own header verifies,
/// everything behind its end is zero; and there is no later segment (recovery checks that before it asks);
/// (2) something of it is missing: of its header, or of its body if the header verifies, some sector's share is all
/// zero, or the last byte, which never is zero, is.
/// </para>
/// <para>
/// What remains undecidable is damage to the very last batch when it also holds, or loses, a sector of zeros only: that
/// looks like a torn tail and is cut.
/// </para>
/// </remarks>
internal static class TailRule
{
    public const int SectorBytes = 512;

    /// <summary>Why what stands in place of a batch is corrupt, or <see langword="null"/> when it is torn.</summary>
    /// <param name="segment">The last segment.</param>
    /// <param name="offset">Where the next batch should begin, and none verifies.</param>
    /// <param name="segmentChecksum">The checksum of the segment's header.</param>
    /// <param name="number">The number that the batch should have.</param>
    /// <param name="previous">The checksum of the batch before, which it should name.</param>
    public static string? ReasonToRefuse(
        ReadOnlySpan<byte> segment, long offset, uint segmentChecksum, long number, uint previous)
    {
        if (BatchHeader.TryRead(segment, offset, segmentChecksum, out var header, out _))
        {
            if (header.Number != number || header.Previous != previous)
                return $"batch {header.Number} after {header.Previous:x8} stands where batch {number} after "
                    + $"{previous:x8} belongs";
            var written = segment[(int)header.End..].IndexOfAnyExcept((byte)0);
            if (written >= 0)
                return $"batch {number} does not verify, and offset {header.End + written} was written after it";
            return IsIncomplete(segment, offset + BatchHeader.Bytes, header.BodyBytes)
                ? null
                : $"batch {number} does not verify, and nothing of it is missing";
        }

        for (var later = offset + BatchHeader.Alignment; later < segment.Length; later += BatchHeader.Alignment)
        {
            if (BatchHeader.TryRead(segment, later, segmentChecksum, out header, out _) && header.Number > number)
                return $"no header of batch {number}, and batch {header.Number} at offset {later} was written after it";
        }

        return IsIncomplete(segment, offset, (int)Math.Min(BatchHeader.Bytes, segment.Length - offset))
            ? null
            : $"the header of batch {number} does not verify, and nothing of it is missing";
    }

    private static bool IsIncomplete(ReadOnlySpan<byte> segment, long offset, int bytes)
    {
        var end = offset + bytes;
        if (segment[(int)end - 1] == 0) return true;
        while (offset < end)
        {
            var next = Math.Min(end, (offset / SectorBytes + 1) * SectorBytes);
            if (!segment[(int)offset..(int)next].ContainsAnyExcept((byte)0))
                return true;
            offset = next;
        }

        return false;
    }
}
