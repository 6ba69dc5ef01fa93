using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>Options of a <see cref="Clerk"/>. Immutable; change a copy using <c>with</c>.</summary>
public sealed record ClerkOptions
{
    /// <summary>Addresses of servers; some suffice, a follower names the leader. Not empty, no duplicates.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>The cluster's name; servers of another one turn the Clerk away.</summary>
    public required string ClusterId { get; init; }

    /// <summary>
    /// How long one attempt at one server may take; a quarter of it where that server has not welcomed the Clerk yet,
    /// so that one that hangs costs little. Default 1 s.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an operation may take with all its attempts. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for
    /// no limit but the CancellationToken.
    /// </summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after all servers were tried in vain; it doubles each time. Default 10 ms.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause. Default 500 ms, at most 1 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Requests of one session from the first unacknowledged to the newest; beyond it a new session begins. At most the
    /// servers' <see cref="KeyValue.KvLimits.MaxPendingPerSession"/>. Default 1,024.
    /// </summary>
    public int MaxPendingPerSession { get; init; } = 1024;

    /// <summary>How keys are read where a call does not say otherwise. Default: ReadIndex, at the leader.</summary>
    public ReadOptions Reads { get; init; } = ReadOptions.Default;

    /// <summary>Settings of the connections.</summary>
    public RpcOptions Rpc { get; init; } = new();

    /// <summary>The clock of time-outs and pauses. Default: the platform's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Is told of every operation, e.g. to record a history.</summary>
    public IClerkObserver? Observer { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(Endpoints is { Count: > 0 }, nameof(Endpoints), "must name at least one server");
        Require(!Endpoints.Any(string.IsNullOrWhiteSpace), nameof(Endpoints), "has an empty address");
        Require(Endpoints.Distinct().Count() == Endpoints.Count, nameof(Endpoints), "names a server twice");
        Require(!string.IsNullOrEmpty(ClusterId), nameof(ClusterId), "is empty");
        Require(AttemptTimeout > TimeSpan.Zero, nameof(AttemptTimeout), "must be positive");
        Require(
            OperationTimeout > TimeSpan.Zero || OperationTimeout == Timeout.InfiniteTimeSpan,
            nameof(OperationTimeout), "must be positive or infinite");
        Require(MinBackoff > TimeSpan.Zero, nameof(MinBackoff), "must be positive");
        Require(MaxBackoff >= MinBackoff, nameof(MaxBackoff), $"must be at least {nameof(MinBackoff)}");
        Require(MaxBackoff <= TimeSpan.FromMinutes(1), nameof(MaxBackoff), "must be at most one minute");
        Require(MaxPendingPerSession > 0, nameof(MaxPendingPerSession), "must be positive");
        Reads.Validate();
        Rpc.Validate();
    }

    private static void Require(bool condition, string option, string problem)
    {
        if (!condition) throw new ArgumentException($"ClerkOptions.{option} {problem}.", option);
    }
}
