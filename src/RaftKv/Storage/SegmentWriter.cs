using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>The newest segment, open for appending batches.</summary>
internal sealed class SegmentWriter(IDiskFile file, long length, uint checksum, long offset) : IDisposable
{
    private long _offset = offset;

    /// <summary>Makes an empty segment of zeros that is durable under its name.</summary>
    public static async Task<SegmentWriter> CreateAsync(IDisk disk, SegmentHeader header, StorageIdentity identity)
    {
        var name = SegmentHeader.FileName(header.Sequence);
        var temporaryName = name + TemporaryFiles.Suffix;
        var file = await disk.OpenAsync(temporaryName);
        file.SetLength(header.Length);
        file.Write(0, header.Encode(identity, out var checksum));
        await file.FlushAsync();
        await disk.RenameAsync(temporaryName, name);
        await disk.FlushDirectoryAsync();
        return new SegmentWriter(file, header.Length, checksum, SegmentHeader.Bytes);
    }

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
