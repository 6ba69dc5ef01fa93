using System.Buffers.Binary;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// Storage writes as bytes, little endian. A record is its kind (1 byte), then: hard state: term (8), vote (4);
/// append: first index (8), count (4), and per entry term (8), kind (1), length (4), data; reset: snapshot index (8)
/// and term (8); compact: the same and the last index to drop (8). The batch carries length and checksum.
/// </summary>
internal static class RecordCodec
{
    private const int EntryHeaderBytes = 13;

    public static void Encode(in StorageWrite write, BatchBuffer output)
    {
        switch (write.Kind)
        {
            case StorageWriteKind.HardState:
                var state = Start(write.Kind, 12, output);
                BinaryPrimitives.WriteInt64LittleEndian(state, write.HardState.Term.Value);
                BinaryPrimitives.WriteInt32LittleEndian(state[8..], write.HardState.VotedFor.Value);
                break;
            case StorageWriteKind.Append:
                var entries = write.Entries.Span;
                var append = Start(write.Kind, 12, output);
                BinaryPrimitives.WriteInt64LittleEndian(append, entries[0].Index.Value);
                BinaryPrimitives.WriteInt32LittleEndian(append[8..], entries.Length);
                foreach (ref readonly var entry in entries)
                    Encode(entry, output);
                break;
            default:
                var compact = write.Kind == StorageWriteKind.Compact;
                var marker = Start(write.Kind, compact ? 24 : 16, output);
                BinaryPrimitives.WriteInt64LittleEndian(marker, write.Snapshot.Index.Value);
                BinaryPrimitives.WriteInt64LittleEndian(marker[8..], write.Snapshot.Term.Value);
                if (compact)
                    BinaryPrimitives.WriteInt64LittleEndian(marker[16..], write.CompactThrough.Value);
                break;
        }
    }

    /// <summary>Takes one record off the front of <paramref name="input"/>; its entries own their data.</summary>
    /// <returns><see langword="false"/> when the bytes are no record.</returns>
    public static bool TryDecode(ref ReadOnlySpan<byte> input, out StorageWrite write)
    {
        write = default;
        if (input.IsEmpty)
            return false;
        var kind = (StorageWriteKind)input[0];
        var body = input[1..];
        var bytes = kind switch
        {
            StorageWriteKind.HardState or StorageWriteKind.Append => 12,
            StorageWriteKind.Reset => 16,
            StorageWriteKind.Compact => 24,
            _ => int.MaxValue,
        };
        if (body.Length < bytes)
            return false;
        input = body[bytes..];
        write = new StorageWrite(0, kind);
        switch (kind)
        {
            case StorageWriteKind.HardState:
                var vote = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
                write = write with { HardState = new(new(Int64(body)), new(vote)) };
                return true;
            case StorageWriteKind.Append:
                var count = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
                if (!TryDecodeEntries(Int64(body), count, ref input, out var entries))
                    return false;
                write = write with { Entries = entries };
                return true;
            case StorageWriteKind.Reset:
                write = write with { Snapshot = new(new(Int64(body)), new(Int64(body[8..]))) };
                return true;
            default:
                var snapshot = new SnapshotId(new(Int64(body)), new(Int64(body[8..])));
                write = write with { Snapshot = snapshot, CompactThrough = new(Int64(body[16..])) };
                return true;
        }
    }

    private static void Encode(in LogEntry entry, BatchBuffer output)
    {
        var bytes = output.GetSpan(EntryHeaderBytes + entry.Data.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, entry.Term.Value);
        bytes[8] = (byte)entry.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[9..], entry.Data.Length);
        entry.Data.Span.CopyTo(bytes[EntryHeaderBytes..]);
        output.Advance(EntryHeaderBytes + entry.Data.Length);
    }

    private static bool TryDecodeEntries(
        long firstIndex, int count, ref ReadOnlySpan<byte> input, out LogEntry[] entries)
    {
        entries = [];
        if (count < 1 || count > input.Length / EntryHeaderBytes)
            return false;
        entries = new LogEntry[count];
        for (var i = 0; i < count; i++)
        {
            if (input.Length < EntryHeaderBytes)
                return false;
            var bytes = BinaryPrimitives.ReadInt32LittleEndian(input[9..]);
            if (bytes < 0 || bytes > input.Length - EntryHeaderBytes)
                return false;
            var data = input.Slice(EntryHeaderBytes, bytes).ToArray();
            entries[i] = new LogEntry(new(firstIndex + i), new(Int64(input)), (EntryKind)input[8], data);
            input = input[(EntryHeaderBytes + bytes)..];
        }

        return true;
    }

    private static Span<byte> Start(StorageWriteKind kind, int bytes, BatchBuffer output)
    {
        var span = output.GetSpan(1 + bytes)[..(1 + bytes)];
        span[0] = (byte)kind;
        output.Advance(1 + bytes);
        return span[1..];
    }

    private static long Int64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
