using System.Numerics;

namespace RaftKv.Wire;

/// <summary>
/// Writes the fields of a protobuf message as the generated classes do, without an object for it: each field in the
/// order of its number, and none that has its default. The default writer only counts, to know a length in advance.
/// </summary>
internal ref struct FieldWriter(Span<byte> output)
{
    private readonly Span<byte> _output = output;

    /// <summary>Bytes written, or counted.</summary>
    public int Length { get; private set; }

    /// <summary>An integer, or an enumeration's value.</summary>
    public void Number(int field, long value)
    {
        if (value == 0)
            return;
        Varint((uint)field << 3);
        Varint((ulong)value);
    }

    /// <summary>A truth value.</summary>
    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>Bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        Message(field, value.Length);
        if (!_output.IsEmpty)
            value.CopyTo(_output[Length..]);
        Length += value.Length;
    }

    /// <summary>The beginning of a message, whose fields come next and take so many bytes.</summary>
    public void Message(int field, int length)
    {
        Varint(((uint)field << 3) | 2);
        Varint((uint)length);
    }

    private void Varint(ulong value)
    {
        if (_output.IsEmpty)
        {
            Length += (BitOperations.Log2(value | 1) / 7) + 1;
            return;
        }

        for (; value > 0x7F; value >>= 7)
            _output[Length++] = (byte)(value | 0x80);
        _output[Length++] = (byte)value;
    }
}
