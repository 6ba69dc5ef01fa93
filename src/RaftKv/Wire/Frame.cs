using System.Buffers.Binary;
using RaftKv.Checksums;

namespace RaftKv.Wire;

/// <summary>
/// A frame as it arrived: valid until the reader that gave it is used again. Layout, little-endian:
/// body length (4 bytes), kind (4), correlation number (8), CRC32C over those and the body (4), body.
/// </summary>
internal readonly ref struct Frame(FrameKind kind, ulong correlation, ReadOnlySpan<byte> body)
{
    /// <summary>Bytes before the body.</summary>
    public const int HeaderBytes = 20;

    /// <summary>
    /// The default bound on a body: room for the largest value, a snapshot piece or a full AppendEntries.
    /// </summary>
    public const int DefaultMaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>Where the checksum stands in the header.</summary>
    private const int ChecksumOffset = 16;

    /// <summary>What the frame carries.</summary>
    public FrameKind Kind { get; } = kind;

    /// <summary>Ties a response to its request; 0 where nothing is answered.</summary>
    public ulong Correlation { get; } = correlation;

    /// <summary>The protobuf body.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Fills in the header of <paramref name="frame"/>, whose body is complete.</summary>
    public static void Seal(Span<byte> frame, FrameKind kind, ulong correlation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], (uint)kind);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], correlation);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumOffset..], Checksum(frame));
    }

    /// <summary>Reads the header as far as it can be judged without the body.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public static string? CheckHeader(ReadOnlySpan<byte> header, int maxBodyBytes, out int bodyBytes)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        bodyBytes = (int)length;
        if (length > (uint)maxBodyBytes)
            return $"a frame announces {length} bytes, but at most {maxBodyBytes} are accepted here";
        return kind is < (uint)FrameKind.Hello or > (uint)FrameKind.Administration
            ? $"a frame is of the unknown kind {kind}"
            : null;
    }

    /// <summary>Opens a whole frame.</summary>
    /// <returns>Whether its checksum is right.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = new Frame(
            (FrameKind)bytes[4], BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), bytes[HeaderBytes..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) == Checksum(bytes);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame) =>
        Crc32C.Append(Crc32C.Append(0, frame[..ChecksumOffset]), frame[HeaderBytes..]);
}
