namespace RaftKv.KeyValue;

/// <summary>
/// Commands as bytes for the log: version, time, client id (8 bytes, little-endian), request id, distance down to the
/// first unacknowledged request, the request as <see cref="KvRequestCodec"/> has it, and the limits that
/// <see cref="KvLimitsCodec"/> takes for it. Numbers are base-128 varints. Decoding accepts exactly what encoding
/// produces.
/// </summary>
internal static class KvCommandCodec
{
    private const byte Version = 3;

    /// <summary>Encodes a command that <see cref="KvLimits.Problem(KvCommand)"/> has no objection to.</summary>
    /// <exception cref="ArgumentException">A key is not well-formed UTF-16.</exception>
    public static byte[] Encode(KvCommand command)
    {
        var measure = SpanWriter.Measure;
        Write(ref measure, command);
        var bytes = new byte[measure.Written];
        var writer = new SpanWriter(bytes);
        Write(ref writer, command);
        return bytes;
    }

    /// <summary>Decodes a command; its values are slices of <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidDataException">Not an encoded command; the message says where and why.</exception>
    public static KvCommand Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new SpanReader(bytes.Span, "command");
        var version = reader.Byte("version");
        if (version != Version) throw reader.Malformed("version", $"is {version}, not {Version}");
        var timeMs = reader.Varint("time");
        if (timeMs > long.MaxValue) throw reader.Malformed("time", $"is {timeMs} ms");
        var client = reader.Fixed64("client id");
        var requestId = reader.Varint("request id");
        var pending = reader.Varint("first unacknowledged request");
        if (pending >= requestId) throw reader.Malformed("first unacknowledged request", "lies below request 1");
        var request = KvRequestCodec.Read(ref reader, bytes);
        var limits = KvLimitsCodec.Read(ref reader, request.Operation);
        reader.End();
        return new KvCommand(
            request, new ClientId(client), new RequestId(requestId), new RequestId(requestId - pending))
        {
            TimeMs = (long)timeMs,
            Limits = limits,
        };
    }

    private static void Write(ref SpanWriter writer, KvCommand command)
    {
        writer.Byte(Version);
        writer.Varint((ulong)command.TimeMs);
        writer.Fixed64(command.ClientId.Value);
        writer.Varint(command.RequestId.Value);
        writer.Varint(command.RequestId.Value - command.FirstUnacknowledged.Value);
        KvRequestCodec.Write(ref writer, command.Request);
        KvLimitsCodec.Write(ref writer, command.Operation, command.Limits);
    }
}
