namespace RaftKv.Linearizability.Search;

/// <summary>
/// Sweeps of one part, each more exact than the one before. The first takes every repeatable operation of unknown
/// outcome as inexhaustible. What is illegal even so is illegal; if what it finds uses more of some kinds than there
/// were, the next sweep counts those.
/// </summary>
internal sealed class SweepSearch(Part part, StateSpace space, BudgetMeter meter)
{
    private readonly bool[] _isExact = new bool[part.Count];
    private PartSweep? _sweep;

    /// <summary>What took effect, once that is found.</summary>
    public SweepOrder? Order { get; private set; }

    /// <summary>How many events are explained, if there are none of unknown outcome to be counted.
    /// </summary>
    public int Explained =>
        _sweep is not null && !part.HasUnknown ? _sweep.Explained : 0;

    /// <summary>The event that could not be explained.</summary>
    public int? RefutedAt { get; private set; }

    /// <summary>Goes on for about so many steps.</summary>
    public Verdict Run(long steps)
    {
        var lastStep = meter.Steps > long.MaxValue - steps ? long.MaxValue : meter.Steps + steps;
        while (true)
        {
            _sweep ??= new PartSweep(part, space, meter, _isExact);
            var verdict = _sweep.Run(lastStep - meter.Steps);
            if (verdict == Verdict.Illegal)
                RefutedAt = _sweep.Explained;
            if (verdict != Verdict.Linearizable)
                return verdict;
            var order = new SweepOrder(part, space, _sweep.Sweep.Path, _isExact);
            if (order.Overused.Count == 0)
            {
                Order = order;
                return Verdict.Linearizable;
            }

            foreach (var operationClass in order.Overused)
                _isExact[operationClass] = true;
            _sweep.Sweep.Release();
            _sweep = null;
        }
    }
}
