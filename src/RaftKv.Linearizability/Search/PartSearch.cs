namespace RaftKv.Linearizability.Search;

/// <summary>
/// Two searches of one part that take turns: depth first, which is lucky with legal histories, and the sweep, which
/// does not mind illegal ones.
/// </summary>
internal sealed class PartSearch(Part part, int[] classes, StateSpace space, BudgetMeter meter)
{
    private readonly DepthFirstSearch _depthFirst = new(part, classes, space, meter);
    private readonly Sweep _sweep = new(part, classes, space, meter);

    /// <summary>Gives each search about so many more steps.</summary>
    public Verdict Run(long steps)
    {
        var verdict = _depthFirst.Run(steps);
        return verdict == Verdict.Unknown && !meter.IsExhausted ? _sweep.Run(steps) : verdict;
    }
}
