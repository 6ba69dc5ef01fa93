namespace RaftKv.Sim;

/// <summary>How a seed ended.</summary>
internal enum SeedVerdict
{
    /// <summary>Every property held.</summary>
    Passed,

    /// <summary>A property was violated.</summary>
    Failed,

    /// <summary>The history could not be decided within the checker's budget.</summary>
    Undecided,
}

/// <summary>What one seed came to.</summary>
internal sealed record SeedResult
{
    public required ulong Seed { get; init; }
    public required SeedVerdict Verdict { get; init; }

    /// <summary>The violated property and the numbers that contradict it; otherwise null.</summary>
    public string? Violation { get; init; }

    /// <summary>A digest of every event; equal for the same seed everywhere.</summary>
    public required UInt128 TraceHash { get; init; }

    public required long Events { get; init; }
    public required long Messages { get; init; }
    public required int Operations { get; init; }
    public required int UnknownOperations { get; init; }
    public required int Elections { get; init; }
    public required TimeSpan SimulatedTime { get; init; }

    /// <summary>The simulator itself failed.</summary>
    public static SeedResult Broken(ulong seed, Exception failure) => new()
    {
        Seed = seed,
        Verdict = SeedVerdict.Failed,
        Violation = $"the simulator failed: {failure}",
        TraceHash = default,
        Events = 0,
        Messages = 0,
        Operations = 0,
        UnknownOperations = 0,
        Elections = 0,
        SimulatedTime = TimeSpan.Zero,
    };

    /// <summary>The command that runs this seed again.</summary>
    public string ReplayCommand => $"dotnet run -c Release --project src/RaftKv.Sim -- replay {Seed}";
}
