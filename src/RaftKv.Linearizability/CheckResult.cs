namespace RaftKv.Linearizability;

/// <summary>The answer of <see cref="Checker"/>.</summary>
public sealed record CheckResult
{
    /// <summary>What was found.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>How many steps the search took: the same number for the same history on every machine.</summary>
    public required long Steps { get; init; }
}
