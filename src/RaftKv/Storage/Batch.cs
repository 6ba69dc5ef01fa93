using RaftKv.Checksums;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>The writes that one flush makes durable, encoded as they come.</summary>
internal sealed class Batch
{
    private readonly BatchBuffer _bytes = new();
    private LogChange _change;

    public Batch() => Clear();

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _bytes.WrittenCount == BatchHeader.Bytes;

    /// <summary>Length of header and body, padded.</summary>
    public long Bytes => BatchHeader.Align(_bytes.WrittenCount + 1L);

    /// <summary>What the batch changes about which segments are needed.</summary>
    public LogChange Change => _change;

    /// <summary>Adds a write.</summary>
    public void Add(in StorageWrite write)
    {
        RecordCodec.Encode(write, _bytes);
        _change.Add(write);
    }

    /// <summary>Fills in the header.</summary>
    /// <returns>The bytes to write; valid until <see cref="Clear"/>.</returns>
    public ReadOnlyMemory<byte> Seal(long number, long offset, uint previous, uint segmentChecksum, out uint checksum)
    {
        var endingBytes = (int)(Bytes - _bytes.WrittenCount);
        BatchHeader.EndBody(_bytes.GetSpan(endingBytes)[..endingBytes]);
        _bytes.Advance(endingBytes);
        var bytes = _bytes.Written;
        var body = bytes.Span[BatchHeader.Bytes..];
        var header = new BatchHeader(body.Length, Crc32C.Append(0, body), number, offset, previous);
        checksum = header.Write(bytes.Span, segmentChecksum);
        return bytes;
    }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _bytes.Clear();
        _bytes.GetSpan(BatchHeader.Bytes)[..BatchHeader.Bytes].Clear();
        _bytes.Advance(BatchHeader.Bytes);
        _change = default;
    }
}
