using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// A state as bytes: version; revision; entries in key order (key, value); sessions, least recently used first (client
/// id, last use, first unacknowledged request, remembered results); state hash. Numbers as in
/// <see cref="KvCommandCodec"/>.
/// Equal states give equal bytes. Reading accepts exactly what writing produces, and checks the hash.
/// </summary>
internal static class KvSnapshot
{
    private const byte Version = 2;
    private const int MinEntryBytes = 2;
    private const int MinSessionBytes = sizeof(ulong) + 3;
    private const int MinRememberedBytes = 1 + KvResultCodec.MinBytes;

    public static void Write(KvState state, IBufferWriter<byte> destination)
    {
        var header = Begin(destination, 1 + (2 * SpanWriter.MaxVarintBytes));
        header.Byte(Version);
        header.Varint((ulong)state.Revision);
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
        var revision = reader.Varint("revision");
        if (revision > long.MaxValue) throw reader.Malformed("revision", $"is {revision}");
        var state = new KvState(options) { Revision = (long)revision };
        ReadEntries(ref reader, snapshot, state);
        ReadSessions(ref reader, snapshot, state.Sessions);
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

    private static void ReadSessions(ref SpanReader reader, ReadOnlySpan<byte> snapshot, ClientSessions sessions)
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
            ReadResults(ref reader, snapshot, session);
            sessions.Add(session);
        }
    }

    private static void ReadResults(ref SpanReader reader, ReadOnlySpan<byte> snapshot, ClientSession session)
    {
        var previous = session.FirstUnacknowledged.Value - 1;
        for (var left = reader.Count("number of results", MinRememberedBytes); left > 0; left--)
        {
            var request = reader.Varint("request id");
            if (request <= previous) throw reader.Malformed("request id", "is out of order");
            previous = request;
            session.Remember(new RequestId(request), KvResultCodec.Read(ref reader, snapshot));
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
            WriteVarint(destination, request.Value);
            destination.Write(KvResultCodec.Encode(result));
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
