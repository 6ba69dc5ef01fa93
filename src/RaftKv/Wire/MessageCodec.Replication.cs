using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Wire;

// Nearly all messages carry entries or acknowledge them. They are written and read field by field, which allocates
// nothing but what the message holds. The numbers of the fields are those of raftkv.proto.
internal static partial class MessageCodec
{
    private const int AppendEntriesField = 7;
    private const int AppendReplyField = 8;
    private const int EntryField = 4;

    private static ReadOnlySpan<byte> WriteReplication(FrameWriter frames, in Message message)
    {
        var body = default(FieldWriter);
        WriteBody(ref body, message);
        var whole = default(FieldWriter);
        WriteEnvelope(ref whole, message, body.Length);
        var output = new FieldWriter(frames.Begin(whole.Length + body.Length));
        WriteEnvelope(ref output, message, body.Length);
        WriteBody(ref output, message);
        return frames.Seal(FrameKind.PeerMessage, 0);
    }

    private static void WriteEnvelope(ref FieldWriter output, in Message message, int bodyBytes)
    {
        output.Number(1, message.From.Value);
        output.Number(2, message.To.Value);
        output.Number(3, message.Term.Value);
        output.Number(4, message.Number);
        output.Message(
            message.Kind == MessageKind.AppendEntries ? AppendEntriesField : AppendReplyField, bodyBytes);
    }

    private static void WriteBody(ref FieldWriter output, in Message message)
    {
        if (message.Kind == MessageKind.AppendEntries)
            Write(ref output, message.AppendEntries);
        else
            Write(ref output, message.AppendReply);
    }

    private static void Write(ref FieldWriter output, in AppendEntries append)
    {
        output.Number(1, append.PrevIndex.Value);
        output.Number(2, append.PrevTerm.Value);
        output.Number(3, append.Commit.Value);
        var expected = append.PrevIndex;
        foreach (ref readonly var entry in append.Entries.Span)
        {
            expected = expected.Next;
            if (entry.Index != expected)
                throw new InvariantViolationException(
                    "contiguous entries", $"entry {entry.Index} stands in the place of {expected}");
            var body = default(FieldWriter);
            Write(ref body, entry);
            output.Message(EntryField, body.Length);
            Write(ref output, entry);
        }

        output.Number(5, append.Round);
    }

    private static void Write(ref FieldWriter output, in LogEntry entry)
    {
        output.Number(1, entry.Term.Value);
        output.Number(2, (int)entry.Kind);
        output.Bytes(3, entry.Data.Span);
    }

    private static void Write(ref FieldWriter output, in AppendReply reply)
    {
        output.Flag(1, reply.Accepted);
        output.Number(2, reply.Index.Value);
        output.Number(3, reply.ConflictTerm.Value);
        output.Number(4, reply.Round);
        output.Flag(5, reply.IsBlank);
    }

    /// <summary>Reads entries or their acknowledgement, if it is written as this codec does.</summary>
    private static bool TryReadReplication(ReadOnlySpan<byte> body, out Message message)
    {
        var envelope = new FieldReader(body);
        var (from, to) = (new NodeId(envelope.SmallNumber(1)), new NodeId(envelope.SmallNumber(2)));
        var (term, number) = (new Term(envelope.Number(3)), envelope.Number(4));
        message = default;
        if (envelope.TryMessage(AppendEntriesField, out var fields))
        {
            if (!TryReadAppend(fields, out var append))
                return false;
            message = new(from, to, term, number, append);
        }
        else if (envelope.TryMessage(AppendReplyField, out fields))
        {
            if (!TryReadReply(fields, out var reply))
                return false;
            message = new(from, to, term, number, reply);
        }
        else
        {
            return false;
        }

        return envelope.IsAtEnd;
    }

    private static bool TryReadAppend(ReadOnlySpan<byte> fields, out AppendEntries append)
    {
        append = default;
        var reader = new FieldReader(fields);
        var (previous, previousTerm) = (new LogIndex(reader.Number(1)), new Term(reader.Number(2)));
        var commit = new LogIndex(reader.Number(3));
        var count = 0;
        for (var ahead = reader; ahead.TryMessage(EntryField, out _);)
            count++;
        LogEntry[] entries = count == 0 ? [] : new LogEntry[count];
        for (var i = 0; i < count; i++)
        {
            reader.TryMessage(EntryField, out var entry);
            if (!TryReadEntry(entry, previous + (1 + i), out entries[i]))
                return false;
        }

        append = new(previous, previousTerm, commit, entries, reader.Number(5));
        return reader.IsAtEnd;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> fields, LogIndex index, out LogEntry entry)
    {
        var reader = new FieldReader(fields);
        var (term, kind) = (new Term(reader.Number(1)), reader.SmallNumber(2));
        entry = new(index, term, (EntryKind)kind, reader.Bytes(3).ToArray());
        return reader.IsAtEnd && kind == (byte)kind;
    }

    private static bool TryReadReply(ReadOnlySpan<byte> fields, out AppendReply reply)
    {
        var reader = new FieldReader(fields);
        reply = new(
            reader.Flag(1), new(reader.Number(2)), new(reader.Number(3)), reader.Number(4), reader.Flag(5));
        return reader.IsAtEnd;
    }
}
