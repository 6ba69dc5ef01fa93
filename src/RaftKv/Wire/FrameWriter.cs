using System.Numerics;

namespace RaftKv.Wire;

/// <summary>Builds one frame at a time in a buffer that is used again.</summary>
internal sealed class FrameWriter(int maxBodyBytes = Frame.DefaultMaxBodyBytes)
{
    /// <summary>A buffer larger than this is let go with the next frame.</summary>
    private const int RetainedBytes = 4 * 1024 * 1024;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>The largest body that a reader accepts, in bytes.</summary>
    public int MaxBodyBytes { get; } = maxBodyBytes;

    /// <summary>Starts a frame.</summary>
    /// <returns>Where exactly <paramref name="bodyBytes"/> bytes of body go, before <see cref="Seal"/>.</returns>
    /// <exception cref="FrameTooLargeException">No reader would accept a body of this size.</exception>
    public Span<byte> Begin(int bodyBytes)
    {
        if (bodyBytes > MaxBodyBytes)
            throw new FrameTooLargeException(bodyBytes, MaxBodyBytes);
        _length = Frame.HeaderBytes + bodyBytes;
        if (_length > _buffer.Length || _buffer.Length > RetainedBytes)
            _buffer = new byte[Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)_length))];
        return _buffer.AsSpan(Frame.HeaderBytes, bodyBytes);
    }

    /// <summary>Completes the frame.</summary>
    /// <returns>The whole frame, valid until the next one is begun.</returns>
    public ReadOnlySpan<byte> Seal(FrameKind kind, ulong correlation)
    {
        var frame = _buffer.AsSpan(0, _length);
        Frame.Seal(frame, kind, correlation);
        return frame;
    }
}
