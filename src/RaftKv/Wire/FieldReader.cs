namespace RaftKv.Wire;

/// <summary>
/// Reads the fields of a protobuf message as <see cref="FieldWriter"/> writes them: each at most once, in the order of
/// its number. Protobuf allows more than that; what is left over then, <see cref="IsAtEnd"/> tells.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _input = input;
    private bool _isBroken;

    /// <summary>Whether the message held what was asked for, and nothing else.</summary>
    public readonly bool IsAtEnd => _input.IsEmpty && !_isBroken;

    /// <summary>An integer; absent, it is 0.</summary>
    public long Number(int field) => Skip((uint)field << 3) ? (long)Varint() : 0;

    /// <summary>An integer of 32 bits, or an enumeration's value.</summary>
    public int SmallNumber(int field)
    {
        var value = Number(field);
        _isBroken |= value != (int)value;
        return (int)value;
    }

    /// <summary>A truth value.</summary>
    public bool Flag(int field)
    {
        var value = Number(field);
        _isBroken |= value is not (0 or 1);
        return value == 1;
    }

    /// <summary>Bytes; absent, there are none.</summary>
    public ReadOnlySpan<byte> Bytes(int field)
    {
        TryMessage(field, out var bytes);
        return bytes;
    }

    /// <summary>A message, if there is one.</summary>
    public bool TryMessage(int field, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (!Skip(((uint)field << 3) | 2))
            return false;
        var length = Varint();
        _isBroken |= length > (ulong)_input.Length;
        if (_isBroken)
            return false;
        message = _input[..(int)length];
        _input = _input[(int)length..];
        return true;
    }

    /// <summary>Goes past the tag of a field that has the number 15 or less, if it comes next.</summary>
    private bool Skip(uint tag)
    {
        if (_isBroken || _input.IsEmpty || _input[0] != tag)
            return false;
        _input = _input[1..];
        return true;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var (i, shift) = (0, 0); i < _input.Length && shift < 64; i++, shift += 7)
        {
            value |= (ulong)(_input[i] & 0x7F) << shift;
            if (_input[i] > 0x7F)
                continue;
            _input = _input[(i + 1)..];
            return value;
        }

        _isBroken = true;
        return 0;
    }
}
