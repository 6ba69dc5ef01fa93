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

    /// <summary>Written values repeat (0 to one less than this); 0: each is unique.</summary>
    public required int Repeats { get; init; }

    /// <summary>Times are rounded away from the operation to multiples of this: a coarse clock.</summary>
    public required int Tick { get; init; }

    public required Fault Fault { get; init; }

    public required int Seed { get; init; }

    /// <summary>Where the fault is put: at one of <see cref="FaultyHistory.Places"/>, from the usual one on.</summary>
    public int Place { get; init; }

    /// <summary>Whether some operations touch several keys at once.</summary>
    public bool IsJoint => Kinds.Contains("scan") || Kinds.Contains("txn");
}
