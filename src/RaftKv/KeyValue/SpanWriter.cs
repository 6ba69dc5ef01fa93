using System.Buffers.Binary;

namespace RaftKv.KeyValue;

/// <summary>Writes numbers, text and bytes for <see cref="SpanReader"/> into a span that is large enough.</summary>
internal ref struct SpanWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>The longest varint.</summary>
    public const int MaxVarintBytes = 10;

    public int Written { get; private set; }

    public static int VarintBytes(ulong value)
    {
        var count = 1;
        for (; value >= 0x80; value >>= 7) count++;
        return count;
    }

    public void Byte(byte value) => _destination[Written++] = value;

    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Written..], value);
        Written += sizeof(ulong);
    }

    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Text(string text, int utf8Bytes)
    {
        Varint((ulong)utf8Bytes);
        Written += StrictUtf8.Encoding.GetBytes(text, _destination[Written..]);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        bytes.CopyTo(_destination[Written..]);
        Written += bytes.Length;
    }
}
