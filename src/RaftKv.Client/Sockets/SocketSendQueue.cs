using System.Buffers;
using System.Numerics;

namespace RaftKv.Client.Sockets;

/// <summary>Bytes on their way out: one buffer that fills while the other is being sent.</summary>
internal sealed class SocketSendQueue(int maxBytes)
{
    /// <summary>A buffer larger than this is let go when it has been sent.</summary>
    private const int RetainedBytes = 1024 * 1024;

    private byte[] _filling = [];
    private byte[] _sending = [];
    private int _filled;
    private int _from;
    private int _to;

    /// <summary>Copies bytes to the end.</summary>
    /// <returns><see langword="false"/> when there is no room for all of them.</returns>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if ((long)_filled + bytes.Length + (_to - _from) > maxBytes)
            return false;
        var filled = _filled + bytes.Length;
        if (filled > _filling.Length)
            Grow(filled);
        bytes.CopyTo(_filling.AsSpan(_filled));
        _filled = filled;
        return true;
    }

    /// <summary>What to send next, untouched until <see cref="Sent"/> is told how much of it went out.</summary>
    public bool TryTake(out Memory<byte> bytes)
    {
        if (_from == _to)
        {
            if (_sending.Length > RetainedBytes)
            {
                ArrayPool<byte>.Shared.Return(_sending);
                _sending = [];
            }

            (_filling, _sending) = (_sending, _filling);
            (_from, _to, _filled) = (0, _filled, 0);
        }
        bytes = _sending.AsMemory(_from, _to - _from);
        return bytes.Length > 0;
    }

    /// <summary>Large buffers are shared: new ones for each burst of large messages would soon be garbage.</summary>
    private void Grow(int bytes)
    {
        var length = Math.Max(4096, (int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        var larger = length > RetainedBytes ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];
        _filling.AsSpan(0, _filled).CopyTo(larger);
        if (_filling.Length > RetainedBytes)
            ArrayPool<byte>.Shared.Return(_filling);
        _filling = larger;
    }

    /// <summary>The first <paramref name="count"/> bytes of what was taken have gone out.</summary>
    public void Sent(int count) => _from += count;
}
