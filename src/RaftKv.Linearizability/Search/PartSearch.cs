namespace RaftKv.Linearizability.Search;

/// <summary>
/// Searches of one part that take turns: depth first, lucky with short ones, and a sweep that drops configurations find
/// the order of a legal part; a sweep that merges them tells that there is none.
/// </summary>
/// <param name="part">The operations.</param>
/// <param name="space">What they do.</param>
/// <param name="meter">What the searches may spend.</param>
/// <param name="hopeful">
/// The same without some operations of unknown outcome: an order of those is one of the part, in which these never
/// took effect.
/// </param>
internal sealed class PartSearch(Part part, StateSpace space, BudgetMeter meter, PartSearch? hopeful = null)
{
    // Depth first either is quick or hopeless.
    private const int DepthFirstShare = 8;

    private readonly DepthFirstSearch _depthFirst = new(part, space, meter);
    private readonly DroppingSweep _dropping = new(part, space, meter);
    private readonly MergingSweep _merging = new(part, space, meter);
    private PartSearch? _hopeful = hopeful;
    private List<int> _order = [];

    /// <summary>
    /// The operations that take effect, as indexes into the history, in an order that explains every answer; once that
    /// is found.
    /// </summary>
    public IEnumerable<int> Order() =>
        _hopeful?.Order() ?? _order.Select(operation => part.Source[operation]);

    /// <summary>The operations.</summary>
    public Part Part => part;

    /// <summary>How many events are explained, by the search that got furthest.</summary>
    public int Explained => Math.Max(_depthFirst.Explained, _dropping.Explained);

    /// <summary>The event that could not be explained, if a sweep found it.</summary>
    public int? RefutedAt => _merging.RefutedAt ?? _dropping.RefutedAt;

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _hopeful?.Release();
        _depthFirst.Release();
        _dropping.Release();
        _merging.Release();
    }

    /// <summary>Gives each search its turn.</summary>
    public Verdict Run(long steps)
    {
        if (_hopeful?.Run(steps) is { } hoped)
        {
            if (hoped == Verdict.Linearizable || meter.IsExhausted)
                return hoped == Verdict.Linearizable ? hoped : Verdict.Unknown;
            if (hoped == Verdict.Illegal)
                GiveUpHope();
        }

        var verdict = RunOwn(steps);
        if (verdict == Verdict.Linearizable)
            GiveUpHope();
        return verdict;
    }

    private void GiveUpHope()
    {
        _hopeful?.Release();
        _hopeful = null;
    }

    private Verdict RunOwn(long steps)
    {
        var verdict = _depthFirst.Run(_dropping.Explained == 0 ? steps : steps / DepthFirstShare);
        if (verdict == Verdict.Linearizable)
            _order = _depthFirst.Order();
        if (verdict != Verdict.Unknown || meter.IsExhausted)
            return verdict;
        verdict = _dropping.Run(steps);
        if (verdict == Verdict.Linearizable)
            _order = _dropping.Order();
        if (verdict != Verdict.Unknown || meter.IsExhausted || _dropping.StuckAt == 0)
            return verdict;
        return _merging.Run(steps, _dropping.StuckAt);
    }
}
