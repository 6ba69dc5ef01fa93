using System.Text;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Bounds on what clients may ask. The leader's are in force: a command carries those that decide what it does (see
/// <see cref="KvCommand.Limits"/>), so nodes may have different ones. Reads have those of the node that answers.
/// </summary>
public sealed record KvLimits
{
    internal static readonly TimeSpan LongestSessionTimeout = TimeSpan.FromDays(30);

    /// <summary>All as they are unless said otherwise.</summary>
    public static KvLimits Default { get; } = new();

    /// <summary>Longest key, in bytes of UTF-8. Default 1 KiB.</summary>
    public int MaxKeyBytes { get; init; } = 1024;

    /// <summary>Longest value, also as the result of an Append, in bytes. Default 1 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>Most items of one Scan. Default 1,000.</summary>
    public int MaxScanItems { get; init; } = 1_000;

    /// <summary>Most bytes of keys and values of one Scan, unless its first item is larger. Default 1 MiB.</summary>
    public int MaxScanBytes { get; init; } = 1024 * 1024;

    /// <summary>Most compares and operations, of both lists, of one Transaction. Default 128.</summary>
    public int MaxTransactionOperations { get; init; } = 128;

    /// <summary>
    /// Most bytes of keys and values in one Transaction, and of values that its Gets read. Default 1 MiB.
    /// </summary>
    public int MaxTransactionBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Client sessions at a time. When there are that many, the oldest gives way if it was not used for half of
    /// <see cref="SessionTimeout"/>; otherwise new clients wait. Default 10,000.
    /// </summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>
    /// A session that is not used for longer than this goes, in the time that the log carries (see
    /// <see cref="KvCommand.TimeMs"/>). Default 10 min; whole milliseconds.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Requests from a client's first unacknowledged one to its newest. Default 1,024. Their results are remembered.
    /// Once those of a session hold 16 MiB of values that failed swaps and transactions found, its further swaps and
    /// transactions are rejected until some are acknowledged.
    /// </summary>
    public int MaxPendingPerSession { get; init; } = 1024;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(MaxKeyBytes, 1, 64 * 1024, nameof(MaxKeyBytes));
        Require(MaxValueBytes, 0, 64 * 1024 * 1024, nameof(MaxValueBytes));
        Require(MaxScanItems, 1, 100_000, nameof(MaxScanItems));
        Require(MaxScanBytes, 1, 64 * 1024 * 1024, nameof(MaxScanBytes));
        Require(MaxTransactionOperations, 1, 10_000, nameof(MaxTransactionOperations));
        Require(MaxTransactionBytes, 1, 64 * 1024 * 1024, nameof(MaxTransactionBytes));
        Require(MaxSessions, 1, 10_000_000, nameof(MaxSessions));
        if (SessionTimeout < TimeSpan.FromMilliseconds(1) || SessionTimeout > LongestSessionTimeout)
            throw new ArgumentException(
                $"KvLimits.SessionTimeout is {SessionTimeout}; it must be from 1 ms to 30 days.",
                nameof(SessionTimeout));
        Require(MaxPendingPerSession, 1, 1024 * 1024, nameof(MaxPendingPerSession));
    }

    /// <summary>The most bytes of keys and values that one command or its reply carries.</summary>
    internal int LargestBytes =>
        Math.Max(MaxKeyBytes + (2 * MaxValueBytes), Math.Max(MaxScanBytes, MaxTransactionBytes));

    /// <summary>The most keys and values that one command or its reply carries.</summary>
    internal int LargestCount => Math.Max(MaxScanItems, 2 * MaxTransactionOperations);

    /// <summary>
    /// Why a command must be rejected whatever the state is, or <see langword="null"/>. A leader asks before it
    /// proposes; replicas take what is in the log.
    /// </summary>
    public string? Problem(KvCommand command)
    {
        if (Problem(command.Request) is { } problem) return problem;
        var first = command.FirstUnacknowledged.Value;
        var requestId = command.RequestId.Value;
        if (first == 0 || first > requestId)
            return $"the first unacknowledged request {first} is not between 1 and the request {requestId}";
        return requestId - first >= (ulong)MaxPendingPerSession
            ? $"request {requestId} is {requestId - first} ahead of the first unacknowledged one; "
              + $"the limit is {MaxPendingPerSession - 1}"
            : null;
    }

    /// <summary>Why a request must be rejected whatever the state is, or <see langword="null"/>.</summary>
    public string? Problem(KvRequest request) => request.Operation switch
    {
        KvOperation.OpenSession or KvOperation.KeepAlive => null,
        KvOperation.Scan => ScanProblem(request.Range),
        KvOperation.Transaction => TransactionProblem(request.Transaction),
        KvOperation.CompareAndSwap => SimpleProblem(request) ?? ValueProblem(request.Expected?.Length ?? 0),
        >= KvOperation.Get and < KvOperation.CompareAndSwap => SimpleProblem(request),
        _ => $"operation {(byte)request.Operation} is unknown",
    };

    /// <summary>Why a value of this size is not allowed, or <see langword="null"/>.</summary>
    internal string? ValueProblem(long valueBytes) => valueBytes > MaxValueBytes
        ? $"the value would have {valueBytes} bytes; the limit is {MaxValueBytes}"
        : null;

    private string? SimpleProblem(KvRequest request)
    {
        if (KeyProblem(request.Key) is { } problem) return problem;
        return request.Operation is KvOperation.Get or KvOperation.Delete && !request.Value.IsEmpty
            ? $"a {request.Operation} carries a value"
            : ValueProblem(request.Value.Length);
    }

    private string? KeyProblem(string key)
    {
        if (string.IsNullOrEmpty(key)) return "the key is empty";
        return BoundProblem(key, "key");
    }

    private string? ScanProblem(KvScan? range)
    {
        if (range is null) return "a Scan has no range";
        if (range.Limit < 0) return $"the limit of a Scan is {range.Limit}";
        return BoundProblem(range.Prefix, "prefix") ?? BoundProblem(range.From, "beginning")
            ?? BoundProblem(range.To ?? "", "end");
    }

    private string? BoundProblem(string bound, string name)
    {
        if (Utf8Bytes(bound) is not { } bytes) return $"the {name} is not well-formed Unicode";
        return bytes > MaxKeyBytes ? $"the {name} has {bytes} bytes; the limit is {MaxKeyBytes}" : null;
    }

    private string? TransactionProblem(KvTransaction? transaction)
    {
        if (transaction is null) return "a Transaction has no operations";
        if (transaction.Count > MaxTransactionOperations)
            return $"the transaction has {transaction.Count} compares and operations; "
                + $"the limit is {MaxTransactionOperations}";
        long bytes = 0;
        foreach (var compare in transaction.Compares)
        {
            if ((KeyProblem(compare.Key) ?? ValueProblem(compare.Expected?.Length ?? 0)) is { } problem) return problem;
            bytes += Utf8Bytes(compare.Key)!.Value + (compare.Expected?.Length ?? 0);
        }

        foreach (var operation in transaction.Then.Concat(transaction.Else))
        {
            if (!operation.IsSimple)
                return $"a {operation.Operation} is part of a transaction";
            if (SimpleProblem(operation) is { } problem) return problem;
            bytes += Utf8Bytes(operation.Key)!.Value + operation.Value.Length;
        }

        return bytes > MaxTransactionBytes
            ? $"the transaction has {bytes} bytes; the limit is {MaxTransactionBytes}"
            : null;
    }

    private static int? Utf8Bytes(string key)
    {
        try
        {
            return StrictUtf8.Encoding.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private static void Require(int value, int min, int max, string name)
    {
        if (value < min || value > max)
            throw new ArgumentException($"KvLimits.{name} is {value}; it must be from {min} to {max}.", name);
    }
}
