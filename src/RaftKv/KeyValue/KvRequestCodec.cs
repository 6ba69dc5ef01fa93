namespace RaftKv.KeyValue;

/// <summary>
/// Requests as bytes: operation, then what the operation takes. Keys are UTF-8, what may be absent follows a flag,
/// lists follow their length. A Transaction holds requests of the simple kinds.
/// </summary>
internal static class KvRequestCodec
{
    private const int MinCompareBytes = 2;
    private const int MinRequestBytes = 2;

    public static void Write(ref SpanWriter writer, KvRequest request)
    {
        writer.Byte((byte)request.Operation);
        switch (request.Operation)
        {
            case KvOperation.Get or KvOperation.Delete:
                writer.Text(request.Key);
                break;
            case KvOperation.Put or KvOperation.Append:
                writer.Text(request.Key);
                writer.Bytes(request.Value.Span);
                break;
            case KvOperation.CompareAndSwap:
                writer.Text(request.Key);
                writer.OptionalBytes(request.Expected);
                writer.Bytes(request.Value.Span);
                break;
            case KvOperation.OpenSession or KvOperation.KeepAlive:
                break;
            case KvOperation.Scan:
                Write(ref writer, request.Range!);
                break;
            case KvOperation.Transaction:
                Write(ref writer, request.Transaction!);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request.Operation, "No such operation.");
        }
    }

    public static KvRequest Read(ref SpanReader reader, ReadOnlyMemory<byte> bytes)
    {
        var operation = (KvOperation)reader.Byte("operation");
        return operation switch
        {
            KvOperation.Scan => KvRequest.Scan(ReadScan(ref reader)),
            KvOperation.Transaction => KvRequest.Transact(ReadTransaction(ref reader, bytes)),
            KvOperation.OpenSession => KvRequest.OpenSession,
            KvOperation.KeepAlive => KvRequest.KeepAlive,
            _ => ReadSimple(ref reader, bytes, operation),
        };
    }

    private static KvRequest ReadSimple(ref SpanReader reader, ReadOnlyMemory<byte> bytes, KvOperation operation)
    {
        if (operation is < KvOperation.Get or > KvOperation.CompareAndSwap)
            throw reader.Malformed("operation", $"is {(byte)operation}");
        var key = reader.Text("key");
        return operation switch
        {
            KvOperation.Get or KvOperation.Delete => new KvRequest(operation, key),
            KvOperation.Put or KvOperation.Append => new KvRequest(operation, key, bytes[reader.Bytes("value")]),
            _ => KvRequest.CompareAndSwap(key, ReadExpected(ref reader, bytes), bytes[reader.Bytes("value")]),
        };
    }

    private static void Write(ref SpanWriter writer, KvScan scan)
    {
        writer.Text(scan.Prefix);
        writer.Text(scan.From);
        writer.Flag(scan.To is not null);
        if (scan.To is not null) writer.Text(scan.To);
        writer.Varint((ulong)scan.Limit);
    }

    private static KvScan ReadScan(ref SpanReader reader)
    {
        var prefix = reader.Text("prefix");
        var from = reader.Text("from");
        var to = reader.Flag("to") ? reader.Text("to") : null;
        var limit = reader.Varint("limit");
        return limit <= int.MaxValue
            ? new KvScan { Prefix = prefix, From = from, To = to, Limit = (int)limit }
            : throw reader.Malformed("limit", $"is {limit}");
    }

    private static void Write(ref SpanWriter writer, KvTransaction transaction)
    {
        writer.Varint((ulong)transaction.Compares.Count);
        foreach (var compare in transaction.Compares)
        {
            writer.Text(compare.Key);
            writer.OptionalBytes(compare.Expected);
        }

        Write(ref writer, transaction.Then);
        Write(ref writer, transaction.Else);
    }

    private static void Write(ref SpanWriter writer, IReadOnlyList<KvRequest> operations)
    {
        writer.Varint((ulong)operations.Count);
        foreach (var operation in operations) Write(ref writer, operation);
    }

    private static KvTransaction ReadTransaction(ref SpanReader reader, ReadOnlyMemory<byte> bytes)
    {
        var compares = new KvCompare[reader.Count("number of compares", MinCompareBytes)];
        for (var i = 0; i < compares.Length; i++)
            compares[i] = new KvCompare(reader.Text("key"), ReadExpected(ref reader, bytes));
        return new KvTransaction(compares, ReadOperations(ref reader, bytes), ReadOperations(ref reader, bytes));
    }

    private static KvRequest[] ReadOperations(ref SpanReader reader, ReadOnlyMemory<byte> bytes)
    {
        var operations = new KvRequest[reader.Count("number of operations", MinRequestBytes)];
        for (var i = 0; i < operations.Length; i++)
            operations[i] = ReadSimple(ref reader, bytes, (KvOperation)reader.Byte("operation"));
        return operations;
    }

    private static ReadOnlyMemory<byte>? ReadExpected(ref SpanReader reader, ReadOnlyMemory<byte> bytes) =>
        reader.OptionalBytes("expected value") is { } range ? bytes[range] : default(ReadOnlyMemory<byte>?);
}
