using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// A state as bytes, in blocks that hold whole items and begin with their length (4 bytes, little endian). The first:
/// version; revision; number of entries. In it and those after it: entries in key order (key, value). Then the
/// time and the sessions: for each time-out, ascending, those that have it, least recently used first (client id, index
/// and time of the last use, each as the difference from the session before, first unacknowledged request, remembered
/// results). One of the state hash. Numbers as in <see cref="KvCommandCodec"/>. Equal states give equal bytes. Reading
/// accepts only what writing produces, and checks the hash.
/// </summary>
internal static class KvSnapshot
{
    private const byte Version = 4;

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
