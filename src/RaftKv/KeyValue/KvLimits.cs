using System.Text;

namespace RaftKv.KeyValue;

/// <summary>
/// Bounds on what clients may ask. They decide what a command does, so they must be equal on every node of a cluster.
/// </summary>
public sealed record KvLimits
{
    /// <summary>Longest key, in bytes of UTF-8. Default 1 KiB.</summary>
    public int MaxKeyBytes { get; init; } = 1024;

    /// <summary>Longest value, also as the result of an Append, in bytes. Default 1 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Client sessions remembered; beyond it the one that wrote least recently goes (see <see cref="ClientSessions"/>).
    /// Default 10,000.
    /// </summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>Requests from a client's first unacknowledged one to its newest. Default 1,024.</summary>
    public int MaxPendingPerSession { get; init; } = 1024;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(MaxKeyBytes, 1, 64 * 1024, nameof(MaxKeyBytes));
        Require(MaxValueBytes, 0, 64 * 1024 * 1024, nameof(MaxValueBytes));
        Require(MaxSessions, 1, 10_000_000, nameof(MaxSessions));
        Require(MaxPendingPerSession, 1, 1024 * 1024, nameof(MaxPendingPerSession));
    }

    /// <summary>
    /// Why a command must be rejected whatever the state is, or <see langword="null"/>. A server asks before it
    /// proposes, and the state machine asks again, so that no way into the log passes by the limits.
    /// </summary>
    public string? Problem(KvCommand command)
    {
        if (command.Operation is < KvOperation.Get or > KvOperation.Append)
            return $"operation {(byte)command.Operation} is unknown";
        if (string.IsNullOrEmpty(command.Key)) return "the key is empty";
        if (Utf8Bytes(command.Key) is not { } keyBytes) return "the key is not well-formed Unicode";
        if (keyBytes > MaxKeyBytes) return $"the key has {keyBytes} bytes; the limit is {MaxKeyBytes}";
        if (ValueProblem(command.Value.Length) is { } problem) return problem;
        if (command.Operation == KvOperation.Get && !command.Value.IsEmpty) return "a Get carries a value";
        var first = command.FirstUnacknowledged.Value;
        var requestId = command.RequestId.Value;
        if (first == 0 || first > requestId)
            return $"the first unacknowledged request {first} is not between 1 and the request {requestId}";
        return requestId - first >= (ulong)MaxPendingPerSession
            ? $"request {requestId} is {requestId - first} ahead of the first unacknowledged one; "
              + $"the limit is {MaxPendingPerSession - 1}"
            : null;
    }

    /// <summary>Why a value of this size is not allowed, or <see langword="null"/>.</summary>
    internal string? ValueProblem(long valueBytes) => valueBytes > MaxValueBytes
        ? $"the value would have {valueBytes} bytes; the limit is {MaxValueBytes}"
        : null;

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
