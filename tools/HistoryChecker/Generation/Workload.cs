namespace RaftKv.HistoryChecker.Generation;

/// <summary>What a generated history is made of.</summary>
internal sealed record Workload
{
    public required int Operations { get; init; }

    /// <summary>How many clients are busy at any time; one whose outcome is unknown is replaced by a new one.</summary>
    public required int Clients { get; init; }

    public required int Keys { get; init; }

    public required int UnknownPercent { get; init; }

    /// <summary>The kinds, each as often as it is named.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Written values repeat (0 to 4), or each is unique.</summary>
    public required bool Repeats { get; init; }

    /// <summary>Whether one late get returns a value that had certainly been overwritten before its call.</summary>
    public required bool Stale { get; init; }

    public required int Seed { get; init; }
}
