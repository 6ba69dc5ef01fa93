using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>How one read is to be answered, and by whom.</summary>
public sealed record ReadOptions
{
    /// <summary>Linearizable, confirmed by a round of heartbeats, answered by the leader.</summary>
    public static ReadOptions Default { get; } = new();

    /// <summary>What the answer promises.</summary>
    public ReadConsistency Consistency { get; init; } = ReadConsistency.ReadIndex;

    /// <summary>
    /// Addresses of the servers that may answer, which take turns; <see langword="null"/>: the leader. Followers answer
    /// any read but one through the log.
    /// </summary>
    public IReadOnlyList<string>? Servers { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">They contradict each other; the message says how.</exception>
    public void Validate()
    {
        if (Servers is { Count: 0 })
            throw new ArgumentException("ReadOptions.Servers names no server.", nameof(Servers));
        if (Servers is not null && Consistency == ReadConsistency.Log)
            throw new ArgumentException("ReadOptions.Servers: only the leader reads through the log.", nameof(Servers));
    }
}
