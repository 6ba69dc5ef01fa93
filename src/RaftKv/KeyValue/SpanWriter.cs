using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Writes numbers, text and bytes for <see cref="SpanReader"/> into a span that is large enough, or measures how large
/// that is: what is written is then counted only.
/// </summary>
internal ref struct SpanWriter
{
    private readonly Span<byte> _destination;
    private readonly bool _measures;

    public SpanWriter(Span<byte> destination) => _destination = destination;

    private SpanWriter(bool measures) => _measures = measures;

    public static SpanWriter Measure => new(measures: true);

    /// <summary>The longest varint.</summary>
    public const int MaxVarintBytes = 10;

    public int Written { get; private set; }

    public void Byte(byte value)
    {
        if (!_measures) _destination[Written] = value;
        Written++;
    }

    public void Fixed64(ulong value)
    {
        if (!_measures) BinaryPrimitives.WriteUInt64LittleEndian(_destination[Written..], value);
        Written += sizeof(ulong);
    }

    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Text(string text)
    {
        var utf8Bytes = StrictUtf8.Encoding.GetByteCount(text);
        Varint((ulong)utf8Bytes);
        if (!_measures) StrictUtf8.Encoding.GetBytes(text, _destination[Written..]);
        Written += utf8Bytes;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        if (!_measures) bytes.CopyTo(_destination[Written..]);
        Written += bytes.Length;
    }

    /// <summary>Bytes that may be absent, which is not the same as empty.</summary>
    public void OptionalBytes(ReadOnlyMemory<byte>? bytes)
    {
        Flag(bytes is not null);
        if (bytes is { } present) Bytes(present.Span);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);
}
