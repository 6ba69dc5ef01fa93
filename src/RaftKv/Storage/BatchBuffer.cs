using System.Buffers;

namespace RaftKv.Storage;

/// <summary>
/// The bytes of a batch. Large arrays come from the pool and go back to it: batches of large values would otherwise
/// leave several times their size to the garbage collector.
/// </summary>
internal sealed class BatchBuffer : IBufferWriter<byte>
{
    private const int RetainedBytes = 4 << 20;
    private byte[] _bytes = [];
    private bool _isRented;

    /// <summary>How many bytes have been written.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>What has been written; valid until the next write or <see cref="Clear"/>.</summary>
    public Memory<byte> Written => _bytes.AsMemory(0, WrittenCount);

    /// <inheritdoc/>
    public void Advance(int count) => WrittenCount += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(WrittenCount);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Empties it; an unusually large array is given back.</summary>
    public void Clear()
    {
        WrittenCount = 0;
        if (_bytes.Length > RetainedBytes)
            Replace([], isRented: false);
    }

    private void Reserve(int bytes)
    {
        var wanted = checked(WrittenCount + bytes);
        if (wanted <= _bytes.Length)
            return;
        var length = (int)Math.Min(Math.Max(wanted, Math.Max(512, 2L * _bytes.Length)), Array.MaxLength);
        var isRented = length > RetainedBytes;
        var larger = isRented ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];
        Written.CopyTo(larger);
        Replace(larger, isRented);
    }

    private void Replace(byte[] bytes, bool isRented)
    {
        if (_isRented)
            ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _isRented) = (bytes, isRented);
    }
}
