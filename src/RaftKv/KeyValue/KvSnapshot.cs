using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// A state as bytes, in blocks that hold whole items and begin with their length (4 bytes, little endian). The first:
/// version; revision; number of entries. In it and those after it: entries in key order (key, value). One block of the
/// time and the sessions: for each time-out, ascending, those that have it, least recently used first (client id, index
/// and time of the last use, each as the difference from the session before, first unacknowledged request, remembered
/// results). One of the state hash. Numbers as in <see cref="KvCommandCodec"/>. Equal states give equal bytes. Reading
/// accepts only what writing produces, and checks the hash.
/// </summary>
internal static class KvSnapshot
{
    private const byte Version = 4;
    private const int MinSessionBytes = sizeof(ulong) + 4;
    private const int MinTimeoutBytes = 2 + MinSessionBytes;
    private const int MinRememberedBytes = 1 + KvResultCodec.MinBytes;

    public static void WriteHeader(KvState state, IBufferWriter<byte> destination)
    {
        var header = Begin(destination, 1 + (2 * SpanWriter.MaxVarintBytes));
        header.Byte(Version);
        header.Varint((ulong)state.Revision);
        header.Varint((ulong)state.Store.Count);
        destination.Advance(header.Written);
    }

    public static void WriteEntry(string key, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        WriteBytes(destination, StrictUtf8.Encoding.GetBytes(key));
        WriteBytes(destination, value);
    }

    public static void WriteSessions(KvState state, IBufferWriter<byte> destination)
    {
        WriteVarint(destination, (ulong)state.Sessions.NowMs);
        WriteVarint(destination, (ulong)state.Sessions.ByTimeout.Count);
        foreach (var sessions in state.Sessions.ByTimeout)
        {
            WriteVarint(destination, (ulong)sessions.TimeoutMs);
            WriteVarint(destination, (ulong)sessions.Count);
            foreach (var session in sessions.OldestFirst) WriteSession(destination, session);
        }
    }

    public static void WriteHash(KvState state, IBufferWriter<byte> destination)
    {
        var trailer = Begin(destination, sizeof(ulong));
        trailer.Fixed64(state.Hash);
        destination.Advance(trailer.Written);
    }

    /// <returns>The number of entries to come.</returns>
    public static ulong ReadHeader(ref SpanReader reader, KvState state)
    {
        var version = reader.Byte("version");
        if (version != Version) throw reader.Malformed("version", $"is {version}, not {Version}");
        var revision = reader.Varint("revision");
        if (revision > long.MaxValue) throw reader.Malformed("revision", $"is {revision}");
        state.Revision = (long)revision;
        return reader.Varint("number of entries");
    }

    public static void ReadEntry(
        ref SpanReader reader, ReadOnlySpan<byte> block, KvState state, ref string? previousKey)
    {
        var key = reader.Text("key");
        if (previousKey is not null && string.CompareOrdinal(previousKey, key) >= 0)
            throw reader.Malformed("key", "is out of order");
        var entry = new KvEntry(previousKey = key);
        entry.Put(block[reader.Bytes("value")]);
        state.Store.Add(entry);
        state.EntriesDigest += entry.Digest;
    }

    public static void ReadHash(ref SpanReader reader, KvState state)
    {
        var hash = reader.Fixed64("state hash");
        if (hash != state.Hash)
            throw reader.Malformed("state hash", $"is {hash:x16}, but the content has {state.Hash:x16}");
    }

    public static void ReadSessions(ref SpanReader reader, ReadOnlySpan<byte> snapshot, ClientSessions sessions)
    {
        var now = reader.Varint("time");
        if (now > long.MaxValue) throw reader.Malformed("time", $"is {now} ms");
        sessions.Advance((long)now);
        long previous = 0;
        for (var left = reader.Count("number of session time-outs", MinTimeoutBytes); left > 0; left--)
        {
            var timeoutMs = KvLimitsCodec.Timeout(ref reader);
            if (timeoutMs <= previous) throw reader.Malformed("session time-out", "is out of order");
            previous = timeoutMs;
            ReadSessions(ref reader, snapshot, sessions, timeoutMs);
        }
    }

    private static void ReadSessions(
        ref SpanReader reader, ReadOnlySpan<byte> snapshot, ClientSessions sessions, long timeoutMs)
    {
        var count = reader.Count("number of sessions", MinSessionBytes);
        if (count == 0) throw reader.Malformed("number of sessions", "is 0");
        ulong index = 0;
        ulong timeMs = 0;
        for (; count > 0; count--)
        {
            var session = new ClientSession(new ClientId(reader.Fixed64("client id")), timeoutMs);
            if (sessions.Contains(session.Client)) throw reader.Malformed("client id", "occurs twice");
            var further = reader.Varint("last use");
            if (further == 0 || further > long.MaxValue - index) throw reader.Malformed("last use", "is out of order");
            var later = reader.Varint("time of last use");
            if (later > (ulong)sessions.NowMs - timeMs) throw reader.Malformed("time of last use", "lies ahead");
            var first = reader.Varint("first unacknowledged request");
            if (first == 0) throw reader.Malformed("first unacknowledged request", "is 0");
            (index, timeMs) = (index + further, timeMs + later);
            session.Use(new LogIndex((long)index), (long)timeMs, new RequestId(first));
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
        var head = Begin(destination, sizeof(ulong) + (4 * SpanWriter.MaxVarintBytes));
        head.Fixed64(session.Client.Value);
        head.Varint((ulong)(session.LastUsed.Value - (session.Older?.LastUsed.Value ?? 0)));
        head.Varint((ulong)(session.LastUsedMs - (session.Older?.LastUsedMs ?? 0)));
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
