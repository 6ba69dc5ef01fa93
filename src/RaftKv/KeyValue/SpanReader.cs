using System.Buffers.Binary;
using System.Text;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Reads what <see cref="SpanWriter"/> wrote and accepts nothing else: no overlong varint, no ill-formed UTF-8, no
/// length beyond the end. Every refusal is an <see cref="InvalidDataException"/> that names the field and its offset.
/// </summary>
internal ref struct SpanReader(ReadOnlySpan<byte> source, string subject)
{
    private readonly ReadOnlySpan<byte> _source = source;

    public int Offset { get; private set; }

    public readonly int Remaining => _source.Length - Offset;

    public byte Byte(string field)
    {
        if (Remaining == 0) throw Malformed(field, "is cut off");
        return _source[Offset++];
    }

    public ulong Fixed64(string field)
    {
        if (Remaining < sizeof(ulong)) throw Malformed(field, "is cut off");
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_source[Offset..]);
        Offset += sizeof(ulong);
        return value;
    }

    public ulong Varint(string field)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte(field);
            if (shift == 63 && next > 1) throw Malformed(field, "exceeds 64 bits");
            value |= (ulong)(next & 0x7F) << shift;
            if (next >= 0x80) continue;
            if (next == 0 && shift > 0) throw Malformed(field, "is an overlong number");
            return value;
        }
    }

    /// <summary>A number of items of <paramref name="itemBytes"/> bytes or more, which fit what remains.</summary>
    public int Count(string field, int itemBytes)
    {
        var count = Varint(field);
        if (count > (ulong)(Remaining / itemBytes))
            throw Malformed(field, $"is {count}, but only {Remaining} bytes remain");
        return (int)count;
    }

    public string Text(string field)
    {
        var length = Count(field, 1);
        try
        {
            var text = StrictUtf8.Encoding.GetString(_source.Slice(Offset, length));
            Offset += length;
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw Malformed(field, "is not well-formed UTF-8");
        }
    }

    public Range Bytes(string field)
    {
        var length = Count(field, 1);
        var start = Offset;
        Offset += length;
        return start..Offset;
    }

    public Range? OptionalBytes(string field) => Flag(field) ? Bytes(field) : null;

    public bool Flag(string field)
    {
        var value = Byte(field);
        return value <= 1 ? value == 1 : throw Malformed(field, $"is {value}, neither 0 nor 1");
    }

    public readonly void End()
    {
        if (Remaining > 0) throw Malformed("the end", $"is followed by {Remaining} bytes");
    }

    public readonly InvalidDataException Malformed(string field, string problem) =>
        new($"Malformed {subject}: {field} at byte {Offset} {problem}.");
}
