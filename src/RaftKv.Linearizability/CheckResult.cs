namespace RaftKv.Linearizability;

/// <summary>The answer of <see cref="Checker"/>.</summary>
public sealed record CheckResult
{
    /// <summary>What was found.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>
    /// When the verdict is <see cref="Verdict.Unknown"/>, a time before which all is well: the history is linearizable
    /// if everything that returns at it or later is taken to be of unknown outcome. Null for the other verdicts.
    /// </summary>
    public long? ProvedUntil { get; init; }

    /// <summary>How many steps the search took: the same number for the same history on every machine.</summary>
    public required long Steps { get; init; }
}
