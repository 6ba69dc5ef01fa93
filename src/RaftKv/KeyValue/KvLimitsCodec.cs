namespace RaftKv.KeyValue;

/// <summary>
/// The limits that say what comes of an operation, as varints: of a Scan MaxScanItems, MaxScanBytes; of an Append
/// MaxValueBytes; of a Transaction MaxValueBytes, MaxTransactionBytes; of an OpenSession MaxSessions, SessionTimeout in
/// ms; of the others none.
/// </summary>
internal static class KvLimitsCodec
{
    public static void Write(ref SpanWriter writer, KvOperation operation, KvLimits limits)
    {
        switch (operation)
        {
            case KvOperation.Scan:
                writer.Varint((ulong)limits.MaxScanItems);
                writer.Varint((ulong)limits.MaxScanBytes);
                break;
            case KvOperation.Append:
                writer.Varint((ulong)limits.MaxValueBytes);
                break;
            case KvOperation.Transaction:
                writer.Varint((ulong)limits.MaxValueBytes);
                writer.Varint((ulong)limits.MaxTransactionBytes);
                break;
            case KvOperation.OpenSession:
                writer.Varint((ulong)limits.MaxSessions);
                writer.Varint((ulong)limits.SessionTimeout.TotalMilliseconds);
                break;
        }
    }

    public static KvLimits Read(ref SpanReader reader, KvOperation operation) => operation switch
    {
        KvOperation.Scan => new KvLimits
        {
            MaxScanItems = Number(ref reader, nameof(KvLimits.MaxScanItems), min: 1),
            MaxScanBytes = Number(ref reader, nameof(KvLimits.MaxScanBytes), min: 1),
        },
        KvOperation.Append => new KvLimits
        {
            MaxValueBytes = Number(ref reader, nameof(KvLimits.MaxValueBytes), min: 0),
        },
        KvOperation.Transaction => new KvLimits
        {
            MaxValueBytes = Number(ref reader, nameof(KvLimits.MaxValueBytes), min: 0),
            MaxTransactionBytes = Number(ref reader, nameof(KvLimits.MaxTransactionBytes), min: 1),
        },
        KvOperation.OpenSession => new KvLimits
        {
            MaxSessions = Number(ref reader, nameof(KvLimits.MaxSessions), min: 1),
            SessionTimeout = TimeSpan.FromMilliseconds(Timeout(ref reader)),
        },
        _ => KvLimits.Default,
    };

    /// <summary>A session's time-out, in ms.</summary>
    public static long Timeout(ref SpanReader reader)
    {
        var timeoutMs = reader.Varint("session time-out");
        return timeoutMs >= 1 && timeoutMs <= (ulong)KvLimits.LongestSessionTimeout.TotalMilliseconds
            ? (long)timeoutMs
            : throw reader.Malformed("session time-out", $"is {timeoutMs} ms");
    }

    private static int Number(ref SpanReader reader, string field, ulong min)
    {
        var number = reader.Varint(field);
        return number >= min && number <= int.MaxValue ? (int)number : throw reader.Malformed(field, $"is {number}");
    }
}
