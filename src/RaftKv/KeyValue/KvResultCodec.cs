using System.IO.Hashing;

namespace RaftKv.KeyValue;

/// <summary>
/// Results of writes as bytes, to be remembered in snapshots: status, revision, whether it succeeded, value, detail,
/// and the results of a Transaction's operations, which have no such results themselves. What reads alone yield is
/// not remembered.
/// </summary>
internal static class KvResultCodec
{
    public const int MinBytes = 6;

    public static byte[] Encode(in KvResult result)
    {
        var measure = SpanWriter.Measure;
        Write(ref measure, result);
        var bytes = new byte[measure.Written];
        var writer = new SpanWriter(bytes);
        Write(ref writer, result);
        return bytes;
    }

    /// <summary>A hash of all that is encoded.</summary>
    public static ulong Digest(in KvResult result)
    {
        var measure = SpanWriter.Measure;
        Write(ref measure, result);
        var bytes = measure.Written <= 256 ? stackalloc byte[measure.Written] : new byte[measure.Written];
        var writer = new SpanWriter(bytes);
        Write(ref writer, result);
        return XxHash3.HashToUInt64(bytes);
    }

    public static KvResult Read(ref SpanReader reader, ReadOnlySpan<byte> source)
    {
        var result = ReadOne(ref reader, source);
        if (!reader.Flag("results")) return result;
        var results = new KvResult[reader.Count("number of results", MinBytes - 1)];
        for (var i = 0; i < results.Length; i++) results[i] = ReadOne(ref reader, source);
        return result with { Results = results };
    }

    private static KvResult ReadOne(ref SpanReader reader, ReadOnlySpan<byte> source)
    {
        var status = (KvStatus)reader.Byte("status");
        if (status is not (KvStatus.Ok or KvStatus.Rejected))
            throw reader.Malformed("status", $"{(byte)status} is no remembered result");
        var revision = reader.Varint("revision");
        if (revision > long.MaxValue) throw reader.Malformed("revision", $"is {revision}");
        var succeeded = reader.Flag("succeeded");
        var value = reader.OptionalBytes("value") is { } range
            ? source[range].ToArray()
            : default(ReadOnlyMemory<byte>?);
        var detail = reader.Text("detail");
        if (detail.Length > 0 != (status == KvStatus.Rejected))
            throw reader.Malformed("detail", $"does not go with status {status}");
        return new KvResult(status, value, detail.Length == 0 ? null : detail)
        {
            Revision = (long)revision,
            Succeeded = succeeded,
        };
    }

    private static void Write(ref SpanWriter writer, in KvResult result)
    {
        WriteOne(ref writer, result);
        writer.Flag(result.Results is not null);
        if (result.Results is not { } results) return;
        writer.Varint((ulong)results.Count);
        foreach (var each in results) WriteOne(ref writer, each);
    }

    private static void WriteOne(ref SpanWriter writer, in KvResult result)
    {
        writer.Byte((byte)result.Status);
        writer.Varint((ulong)result.Revision);
        writer.Flag(result.Succeeded);
        writer.OptionalBytes(result.Value);
        writer.Text(result.Detail ?? "");
    }
}
