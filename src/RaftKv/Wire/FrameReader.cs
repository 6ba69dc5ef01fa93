namespace RaftKv.Wire;

/// <summary>
/// Finds the frames in a stream that arrives in arbitrary pieces. A frame that lies whole in a piece is not copied; the
/// buffer holds only the beginning of one frame and grows with the bytes that came, never with the length that was
/// announced.
/// </summary>
internal sealed class FrameReader(int maxBodyBytes)
{
    /// <summary>A buffer larger than this is let go once its frame has been read.</summary>
    private const int RetainedBytes = 1024 * 1024;

    private byte[] _buffer = [];
    private int _buffered;

    /// <summary>The largest body accepted; may be raised once the peer is known.</summary>
    public int MaxBodyBytes { get; set; } = maxBodyBytes;

    /// <summary>Why the stream cannot be understood any more, or <see langword="null"/>.</summary>
    public string? Error { get; private set; }

    /// <summary>
    /// Takes the next frame out of what is buffered and <paramref name="bytes"/>, which moves on past it.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> when <paramref name="bytes"/> holds no further whole frame; see <see cref="Error"/>.
    /// </returns>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (Error is not null)
            return false;
        if (_buffered == 0 && TryPeekWhole(bytes, out var length))
        {
            var whole = bytes[..length];
            bytes = bytes[length..];
            return TryOpen(whole, out frame);
        }
        if (Error is not null || !Fill(ref bytes, Frame.HeaderBytes))
            return false;
        Error = Frame.CheckHeader(_buffer, MaxBodyBytes, out var bodyBytes);
        if (Error is not null || !Fill(ref bytes, Frame.HeaderBytes + bodyBytes))
            return false;
        var buffered = _buffer.AsSpan(0, _buffered);
        _buffered = 0;
        if (_buffer.Length > RetainedBytes)
            _buffer = [];
        return TryOpen(buffered, out frame);
    }

    private bool TryPeekWhole(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < Frame.HeaderBytes)
            return false;
        Error = Frame.CheckHeader(bytes, MaxBodyBytes, out var bodyBytes);
        length = Frame.HeaderBytes + bodyBytes;
        return Error is null && bytes.Length >= length;
    }

    private bool TryOpen(ReadOnlySpan<byte> whole, out Frame frame)
    {
        if (Frame.TryOpen(whole, out frame))
            return true;
        Error = $"the checksum of a frame of kind {frame.Kind} with {frame.Body.Length} bytes is wrong";
        return false;
    }

    /// <summary>Copies until at least <paramref name="wanted"/> bytes are buffered.</summary>
    private bool Fill(ref ReadOnlySpan<byte> bytes, int wanted)
    {
        var count = Math.Clamp(wanted - _buffered, 0, bytes.Length);
        if (_buffered + count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffered + count, Math.Min(wanted, _buffer.Length * 2)));
        bytes[..count].CopyTo(_buffer.AsSpan(_buffered));
        bytes = bytes[count..];
        _buffered += count;
        return _buffered >= wanted;
    }
}
