using System.Buffers;
using RaftKv.Checksums;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>Reads the segments of a log in order, judges the tail of the last, makes it ready for appending.</summary>
internal sealed class LogRecovery(IDisk disk, StorageIdentity identity)
{
    private uint _segmentChecksum;
    private long _offset;
    private long _lastBatchOffset;

    /// <summary>The entries and where the log stands.</summary>
    public LogReplay Replay { get; private set; } = new(default);

    /// <summary>The segments found.</summary>
    public SegmentList Segments { get; } = new();

    /// <summary>Number of the last batch.</summary>
    public long LastBatch { get; private set; }

    /// <summary>Checksum of the last batch's header.</summary>
    public uint LastChecksum { get; private set; }

    /// <summary>Replays the segments, at least one, given by ascending sequence number.</summary>
    /// <returns>The last one, cut behind its last batch and durable.</returns>
    /// <exception cref="CorruptStorageException">A durable part is damaged or missing.</exception>
    /// <exception cref="ForeignStorageException">The log is another node's.</exception>
    public async Task<SegmentWriter> RunAsync(IReadOnlyList<long> sequences)
    {
        byte[] buffer = [];
        try
        {
            foreach (var sequence in sequences)
            {
                var name = SegmentHeader.FileName(sequence);
                var file = await disk.OpenAsync(name);
                if (file.Length > Array.MaxLength)
                    throw new CorruptStorageException(name, 0, $"{file.Length} bytes are too long for a segment");
                // Segments are of one size as a rule: one array serves them all.
                if (file.Length > buffer.Length)
                {
                    // Rented first: where there is no memory for it, the other is given back once only.
                    var larger = ArrayPool<byte>.Shared.Rent((int)file.Length);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var bytes = buffer.AsMemory(0, (int)file.Length);
                if (await file.ReadAsync(0, bytes) != bytes.Length)
                    throw new CorruptStorageException(name, 0, "it ends early");
                Begin(name, sequence, bytes.Span);
                ReplayBatches(name, bytes.Span);
                if (sequence == sequences[^1])
                    return await EndAsync(name, file, bytes, SegmentHeader.FileName(sequences[0]));
                file.Dispose();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        throw new ArgumentException("A log has at least one segment.", nameof(sequences));
    }

    private async Task<SegmentWriter> EndAsync(string name, IDiskFile file, Memory<byte> bytes, string firstName)
    {
        // Damage in the middle of the last segment may leave a gap, too: then that is what is to be said.
        if (Replay.Gap() is { } gap)
            throw ReasonToRefuse(bytes.Span) is { } reason
                ? new CorruptStorageException(name, _offset, reason)
                : new CorruptStorageException(firstName, 0, gap);
        await CutTailAsync(name, file, bytes);
        return new SegmentWriter(file, bytes.Length, _segmentChecksum, _offset);
    }

    private void Begin(string name, long sequence, ReadOnlySpan<byte> bytes)
    {
        var header = SegmentHeader.Decode(bytes, name, sequence, identity, out _segmentChecksum);
        var before = SegmentHeader.FileName(sequence - 1);
        if (Segments.Newest == 0)
        {
            (Replay, LastBatch, LastChecksum) = (new(header.Summary), header.LastBatch, header.LastChecksum);
        }
        else if (sequence != Segments.Newest + 1)
        {
            throw new CorruptStorageException(
                before, 0, $"it is missing between segments {Segments.Newest} and {sequence}");
        }
        else if (header.LastBatch != LastBatch || header.LastChecksum != LastChecksum
            || header.Summary != Replay.Summary)
        {
            throw new CorruptStorageException(
                before,
                _offset,
                $"it ends with batch {LastBatch}, but {name} continues it after batch {header.LastBatch}");
        }

        Segments.Add(sequence);
        _offset = SegmentHeader.Bytes;
        _lastBatchOffset = SegmentHeader.Bytes;
    }

    private void ReplayBatches(string name, ReadOnlySpan<byte> bytes)
    {
        while (BatchHeader.TryRead(bytes, _offset, _segmentChecksum, out var header, out var checksum)
            && header.Number == LastBatch + 1 && header.Previous == LastChecksum)
        {
            var body = bytes.Slice((int)_offset + BatchHeader.Bytes, header.BodyBytes);
            if (Crc32C.Append(0, body) != header.BodyChecksum)
                return;
            var change = new LogChange();
            if (Replay.Apply(BatchHeader.Records(body), ref change) is { } objection)
                throw new CorruptStorageException(name, _offset, objection);
            Segments.Apply(change, Replay.Summary.LastIndex);
            (LastBatch, LastChecksum) = (header.Number, checksum);
            (_lastBatchOffset, _offset) = (_offset, header.End);
        }
    }

    private string? ReasonToRefuse(ReadOnlySpan<byte> bytes) =>
        TailRule.ReasonToRefuse(bytes, _offset, _segmentChecksum, LastBatch + 1, LastChecksum);

    /// <remarks>
    /// The last batch is written once more: a process that died in or after a failed flush may have left it in the
    /// operating system's cache only, marked clean, where a flush alone would not pick it up.
    /// </remarks>
    private async Task CutTailAsync(string name, IDiskFile file, Memory<byte> bytes)
    {
        var end = bytes.Span.LastIndexOfAnyExcept((byte)0) + 1;
        if (end > _offset)
        {
            if (ReasonToRefuse(bytes.Span) is { } reason)
                throw new CorruptStorageException(name, _offset, reason);
            bytes.Span[(int)_offset..end].Clear();
            // The end of its header goes first: were the cut to fail half way, the rest would look torn again and not
            // like a whole header that is damaged.
            var mark = (int)_offset + BatchHeader.Bytes - 1;
            if (end > mark)
            {
                file.Write(mark, bytes[mark..end]);
                await file.FlushAsync();
            }
        }

        var rewritten = bytes[(int)_lastBatchOffset..(int)Math.Max(end, _offset)];
        if (!rewritten.IsEmpty)
            file.Write(_lastBatchOffset, rewritten);
        await file.FlushAsync();
    }
}
