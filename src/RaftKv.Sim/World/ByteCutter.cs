namespace RaftKv.Sim.World;

/// <summary>Hands a stream of bytes over in pieces that have nothing to do with how they were sent.</summary>
internal sealed class ByteCutter(IDecisions decisions)
{
    private byte[] _bytes = new byte[512];
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var length = _end - _start;
        if (_end + bytes.Length > _bytes.Length)
        {
            var target = length + bytes.Length > _bytes.Length ? new byte[2 * (length + bytes.Length)] : _bytes;
            _bytes.AsSpan(_start, length).CopyTo(target);
            (_bytes, _start, _end) = (target, 0, length);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The next piece: all there is, nothing yet (it is glued to what follows), or up to a cut.</summary>
    public ReadOnlySpan<byte> TakePiece() => decisions.Choose("piece", 8) switch
    {
        0 => [],
        1 or 2 => Take(1 + decisions.Choose("cut", _end - _start)),
        _ => TakeRest(),
    };

    public ReadOnlySpan<byte> TakeRest() => Take(_end - _start);

    private ReadOnlySpan<byte> Take(int length)
    {
        var piece = _bytes.AsSpan(_start, length);
        _start += length;
        return piece;
    }
}
