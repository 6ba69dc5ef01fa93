using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// A state as bytes: version; entries in key order (key, value); sessions, least recently used first (client id, last
/// use, first unacknowledged request, remembered results); state hash. Numbers as in <see cref="KvCommandCodec"/>.
/// Equal states give equal bytes. Reading accepts exactly what writing produces, and checks the hash.
/// </summary>
internal static class KvSnapshot
{
    private const byte Version = 1;
    private const int MinEntryBytes = 2;
    private const int MinSessionBytes = sizeof(ulong) + 3;
    private const int MinResultBytes = 3;

    public static void Write(KvState state, IBufferWriter<byte> destination)
    {
        var header = Begin(destination, 1 + SpanWriter.MaxVarintBytes);
        header.Byte(Version);
        header.Varint((ulong)state.Store.Count);
        destination.Advance(header.Written);
        foreach (var entry in state.Store.InKeyOrder())
        {
            WriteBytes(destination, StrictUtf8.Encoding.GetBytes(entry.Key));
            WriteBytes(destination, entry.Value.Span);
        }

        WriteVarint(destination, (ulong)state.Sessions.Count);
        foreach (var session in state.Sessions.LeastRecentFirst) WriteSession(destination, session);
        var trailer = Begin(destination, sizeof(ulong));
        trailer.Fixed64(state.Hash);
        destination.Advance(trailer.Written);
    }

    /// <exception cref="InvalidDataException">Not a snapshot; the message says where and why.</exception>
    public static KvState Read(ReadOnlySpan<byte> snapshot, KvOptions options)
    {
        var reader = new SpanReader(snapshot, "key-value snapshot");
        var version = reader.Byte("version");
        if (version != Version) throw reader.Malformed("version", $"is {version}, not {Version}");
        var state = new KvState(options);
        ReadEntries(ref reader, snapshot, state);
        ReadSessions(ref reader, state.Sessions);
        var hash = reader.Fixed64("state hash");
        reader.End();
        return hash == state.Hash
            ? state
            : throw reader.Malformed("state hash", $"is {hash:x16}, but the content has {state.Hash:x16}");
    }

    private static void ReadEntries(ref SpanReader reader, ReadOnlySpan<byte> snapshot, KvState state)
    {
        string? previous = null;
        for (var left = reader.Count("number of entries", MinEntryBytes); left > 0; left--)
        {
            var key = reader.Text("key");
            if (previous is not null && string.CompareOrdinal(previous, key) >= 0)
                throw reader.Malformed("key", "is out of order");
            var entry = new KvEntry(previous = key);
            entry.Put(snapshot[reader.Bytes("value")]);
            state.Store.Add(entry);
            state.EntriesDigest += entry.Digest;
        }
    }

    private static void ReadSessions(ref SpanReader reader, ClientSessions sessions)
    {
        ulong previousUse = 0;
        for (var left = reader.Count("number of sessions", MinSessionBytes); left > 0; left--)
        {
            var session = new ClientSession(new ClientId(reader.Fixed64("client id")));
            if (sessions.Contains(session.Client)) throw reader.Malformed("client id", "occurs twice");
            var lastUse = reader.Varint("last use");
            if (lastUse <= previousUse || lastUse > long.MaxValue)
                throw reader.Malformed("last use", "is out of order");
            var first = reader.Varint("first unacknowledged request");
            if (first == 0) throw reader.Malformed("first unacknowledged request", "is 0");
            session.Use(new LogIndex((long)(previousUse = lastUse)), new RequestId(first));
            ReadResults(ref reader, session);
            sessions.Add(session);
        }
    }

    private static void ReadResults(ref SpanReader reader, ClientSession session)
    {
        var previous = session.FirstUnacknowledged.Value - 1;
        for (var left = reader.Count("number of results", MinResultBytes); left > 0; left--)
        {
            var request = reader.Varint("request id");
            if (request <= previous) throw reader.Malformed("request id", "is out of order");
            previous = request;
            var status = (KvStatus)reader.Byte("status");
            var detail = reader.Text("detail");
            session.Remember(new RequestId(request), status switch
            {
                KvStatus.Ok when detail.Length == 0 => KvResult.Ok,
                KvStatus.Rejected => KvResult.Rejected(detail),
                _ => throw reader.Malformed("status", $"{(byte)status} is no remembered result"),
            });
        }
    }

    private static void WriteSession(IBufferWriter<byte> destination, ClientSession session)
    {
        var head = Begin(destination, sizeof(ulong) + (3 * SpanWriter.MaxVarintBytes));
        head.Fixed64(session.Client.Value);
        head.Varint((ulong)session.LastUsed.Value);
        head.Varint(session.FirstUnacknowledged.Value);
        head.Varint((ulong)session.Results.Count);
        destination.Advance(head.Written);
        foreach (var (request, result) in session.Results)
        {
            var line = Begin(destination, 1 + SpanWriter.MaxVarintBytes);
            line.Varint(request.Value);
            line.Byte((byte)result.Status);
            destination.Advance(line.Written);
            WriteBytes(destination, StrictUtf8.Encoding.GetBytes(result.Detail ?? ""));
        }
    }

    private static void WriteBytes(IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(destination, (ulong)bytes.Length);
        destination.Write(bytes);
    }

    private static void WriteVarint(IBufferWriter<byte> destination, ulong value)
    {
        var writer = Begin(destination, SpanWriter.MaxVarintBytes);
        writer.Varint(value);
        destination.Advance(writer.Written);
    }

    private static SpanWriter Begin(IBufferWriter<byte> destination, int bytes) => new(destination.GetSpan(bytes));
}
