namespace RaftKv.Linearizability.Search;

/// <summary>
/// Two searches of one part that take turns: depth first, which is lucky with legal histories, and sweeps, which do not
/// mind illegal ones.
/// </summary>
internal sealed class PartSearch(Part part, StateSpace space, BudgetMeter meter)
{
    // The sweep seldom loses by much, depth first may lose by any factor.
    private const int SweepTurns = 4;

    private readonly DepthFirstSearch _depthFirst = new(part, space, meter);
    private readonly SweepSearch _sweeps = new(part, space, meter);

    /// <summary>
    /// The operations that take effect, as indexes into the history, in an order that explains every answer; once that
    /// is found.
    /// </summary>
    public IEnumerable<int> Order() =>
        (_sweeps.Order?.ToList() ?? _depthFirst.Order()).Select(operation => part.Source[operation]);

    /// <summary>The operations.</summary>
    public Part Part => part;

    /// <summary>How many events are explained, by the search that got furthest.</summary>
    public int Explained => Math.Max(_depthFirst.Explained, _sweeps.Explained);

    /// <summary>The event that could not be explained, if a sweep found it.</summary>
    public int? RefutedAt => _sweeps.RefutedAt;

    /// <summary>Gives each search its turn.</summary>
    public Verdict Run(long steps)
    {
        var verdict = _depthFirst.Run(steps);
        return verdict == Verdict.Unknown && !meter.IsExhausted ? _sweeps.Run(SweepTurns * steps) : verdict;
    }
}
