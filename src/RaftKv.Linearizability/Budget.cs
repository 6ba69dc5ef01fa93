namespace RaftKv.Linearizability;

/// <summary>
/// What a check may spend before it answers <see cref="Verdict.Unknown"/>. A budget of steps gives the same answer
/// on every run; one of time does not.
/// </summary>
public sealed record Budget
{
    /// <summary>No bound at all.</summary>
    public static Budget Unlimited { get; } = new();

    /// <summary>The most steps of the search; one step tries one operation in one state.</summary>
    public long Steps { get; init; } = long.MaxValue;

    /// <summary>The most memory that the search may hold, in bytes, beyond the history itself.</summary>
    public long MemoryBytes { get; init; } = long.MaxValue;

    /// <summary>The longest that the check may take by <see cref="Clock"/>; null: as long as it needs.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The clock of <see cref="Time"/>; required with it.</summary>
    public TimeProvider? Clock { get; init; }
}
