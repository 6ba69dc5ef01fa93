namespace RaftKv.KeyValue;

/// <summary>
/// Commands as bytes for the log: version, operation, client id (8 bytes, little-endian), request id, distance down to
/// the first unacknowledged request, key, value. Numbers and lengths are base-128 varints, keys UTF-8. Decoding
/// accepts exactly what encoding produces.
/// </summary>
public static class KvCommandCodec
{
    private const byte Version = 1;
    private const int FixedBytes = 2 + sizeof(ulong);

    /// <summary>Encodes a command that <see cref="KvLimits.Problem"/> has no objection to.</summary>
    /// <exception cref="ArgumentException">The key is not well-formed UTF-16.</exception>
    public static byte[] Encode(KvCommand command)
    {
        var keyBytes = StrictUtf8.Encoding.GetByteCount(command.Key);
        var requestId = command.RequestId.Value;
        var pending = requestId - command.FirstUnacknowledged.Value;
        var bytes = new byte[
            FixedBytes + SpanWriter.VarintBytes(requestId) + SpanWriter.VarintBytes(pending)
            + SpanWriter.VarintBytes((ulong)keyBytes) + keyBytes
            + SpanWriter.VarintBytes((ulong)command.Value.Length) + command.Value.Length];
        var writer = new SpanWriter(bytes);
        writer.Byte(Version);
        writer.Byte((byte)command.Operation);
        writer.Fixed64(command.ClientId.Value);
        writer.Varint(requestId);
        writer.Varint(pending);
        writer.Text(command.Key, keyBytes);
        writer.Bytes(command.Value.Span);
        return bytes;
    }

    /// <summary>Decodes a command; its value is a slice of <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidDataException">Not an encoded command; the message says where and why.</exception>
    public static KvCommand Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new SpanReader(bytes.Span, "command");
        var version = reader.Byte("version");
        if (version != Version) throw reader.Malformed("version", $"is {version}, not {Version}");
        var operation = (KvOperation)reader.Byte("operation");
        if (operation is < KvOperation.Get or > KvOperation.Append)
            throw reader.Malformed("operation", $"is {(byte)operation}");
        var client = reader.Fixed64("client id");
        var requestId = reader.Varint("request id");
        var pending = reader.Varint("first unacknowledged request");
        if (pending >= requestId) throw reader.Malformed("first unacknowledged request", "lies below request 1");
        var key = reader.Text("key");
        var value = bytes[reader.Bytes("value")];
        reader.End();
        return new KvCommand(
            operation, key, value, new ClientId(client), new RequestId(requestId), new RequestId(requestId - pending));
    }
}
