using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>The newest segment, open for appending batches.</summary>
internal sealed class SegmentWriter(IDiskFile file, long length, uint checksum, long offset) : IDisposable
{
    private long _offset = offset;

    /// <summary>Whether the next segment will be needed before long.</summary>
    public bool IsHalfFull => _offset > length / 2;

    /// <summary>Whether a batch of this length fits behind the last one.</summary>
    public bool Fits(long batchBytes) => batchBytes <= length - _offset;

    /// <summary>Writes a batch, which must not change until the flush.</summary>
    /// <returns>The checksum of its header.</returns>
    public uint Append(Batch batch, long number, uint previous)
    {
        var bytes = batch.Seal(number, _offset, previous, checksum, out var batchChecksum);
        file.Write(_offset, bytes);
        _offset += bytes.Length;
        return batchChecksum;
    }

    /// <summary>Makes the batches written so far durable.</summary>
    public ValueTask FlushAsync() => file.FlushAsync();

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
