using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>How many operations of 100 are of which kind, one after the other; the rest are Puts.</summary>
internal sealed record WorkloadMix
{
    public required int Gets { get; init; }
    public required int Appends { get; init; }
    public int Deletes { get; init; }
    public int Swaps { get; init; }
    public int Scans { get; init; }
    public int Transactions { get; init; }

    /// <summary>
    /// Whether histories must be searched: keys that are touched together cannot be decided apart, and a key that is
    /// absent does not tell who deleted it. With more than a few callers at a time a search takes too long.
    /// </summary>
    public bool NeedsSearch => Deletes + Scans + Transactions > 0;

    /// <summary>Draws a mix; half of the seeds need no search.</summary>
    public static WorkloadMix Draw(IDecisions choose)
    {
        var search = choose.Choose("search", 2) == 1;
        return new WorkloadMix
        {
            Gets = Pick(choose, "gets", 20, 35),
            Appends = Pick(choose, "appends", 10, 25),
            Deletes = search ? Pick(choose, "deletes", 0, 5, 10) : 0,
            Swaps = Pick(choose, "swaps", 0, 5, 20),
            Scans = search ? Pick(choose, "scans", 0, 2, 5) : 0,
            Transactions = search ? Pick(choose, "transactions", 2, 5, 10) : 0,
        };
    }

    /// <summary>For the trace.</summary>
    public override string ToString() =>
        $"of 100: {Gets} gets, {Appends} appends, {Deletes} deletes, {Swaps} swaps, {Scans} scans, "
        + $"{Transactions} transactions, the rest puts";

    private static int Pick(IDecisions choose, string site, params ReadOnlySpan<int> values) =>
        values[choose.Choose(site, values.Length)];
}
