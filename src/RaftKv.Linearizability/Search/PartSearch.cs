namespace RaftKv.Linearizability.Search;

/// <summary>
/// Searches of one part that take turns: depth first, lucky with short ones, and a sweep that drops configurations find
/// the order of a legal part; a sweep that merges them tells that there is none.
/// </summary>
internal sealed class PartSearch
{
    // Depth first either is quick or hopeless.
    private const int DepthFirstShare = 8;

    // What an operation takes in the part, its classes and the lists of the searches.
    private const long OperationBytes = 256;

    private readonly BudgetMeter _meter;
    private readonly DepthFirstSearch _depthFirst;
    private readonly DroppingSweep _dropping;
    private readonly MergingSweep _merging;
    private PartSearch? _hopeful;
    private List<int> _order = [];

    /// <param name="part">The operations.</param>
    /// <param name="space">What they do.</param>
    /// <param name="meter">What the searches may spend.</param>
    /// <param name="hopeful">
    /// The same without some operations of unknown outcome: an order of those is one of the part, in which these never
    /// took effect.
    /// </param>
    public PartSearch(Part part, StateSpace space, BudgetMeter meter, PartSearch? hopeful = null)
    {
        (Part, _meter, _hopeful) = (part, meter, hopeful);
        _meter.Reserve(OperationBytes * part.Count);
        (_depthFirst, _dropping, _merging) =
            (new(part, space, meter), new(part, space, meter), new(part, space, meter));
    }

    /// <summary>
    /// The operations that take effect, as indexes into the history, in an order that explains every answer; once that
    /// is found.
    /// </summary>
    public IEnumerable<int> Order() =>
        _hopeful?.Order() ?? _order.Select(operation => Part.Source[operation]);

    /// <summary>The operations.</summary>
    public Part Part { get; }

    /// <summary>How many events are explained, by the search that got furthest.</summary>
    public int Explained => Math.Max(_depthFirst.Explained, _dropping.Explained);

    /// <summary>The event that could not be explained, once there is known to be one.</summary>
    public int RefutedAt => _merging.RefutedAt ?? _dropping.RefutedAt ?? Explained;

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _hopeful?.Release();
        _depthFirst.Release();
        _dropping.Release();
        _merging.Release();
        _meter.Reserve(-OperationBytes * Part.Count);
    }

    /// <summary>Gives each search its turn.</summary>
    public Verdict Run(long steps)
    {
        if (_hopeful?.Run(steps) is { } hoped)
        {
            if (hoped == Verdict.Linearizable || _meter.IsExhausted)
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
        if (verdict != Verdict.Unknown || _meter.IsExhausted)
            return verdict;
        verdict = _dropping.Run(steps);
        if (verdict == Verdict.Linearizable)
            _order = _dropping.Order();
        if (verdict != Verdict.Unknown || _meter.IsExhausted || _dropping.StuckAt == 0)
            return verdict;
        return _merging.Run(steps, _dropping.StuckAt);
    }
}
