namespace RaftKv.Linearizability.Search;

/// <summary>A <see cref="Sweep"/> over the events of one part.</summary>
internal sealed class PartSweep(
    Part part, StateSpace space, BudgetMeter meter, bool mayRepeat = false, Width? width = null)
{
    /// <summary>What was found.</summary>
    public Sweep Sweep { get; } = new(space, meter, mayRepeat, width);

    /// <summary>How many events are explained.</summary>
    public int Explained { get; private set; }

    /// <summary>Goes on for about so many steps.</summary>
    public Verdict Run(long stepLimit)
    {
        var lastStep = meter.Steps > long.MaxValue - stepLimit ? long.MaxValue : meter.Steps + stepLimit;
        for (; Explained < part.Events.Length; Explained++)
        {
            if (meter.Steps >= lastStep)
                return Verdict.Unknown;
            var called = part.Events[Explained];
            if (called >= 0)
                Sweep.Call(called, space.Classes[called], part.ReturnAt[called]);
            else if (!Sweep.Return(~called, Explained))
                return Verdict.Unknown;
            else if (Sweep.IsLost)
                return Verdict.Unknown;
            else if (Sweep.Count == 0)
                return Verdict.Illegal;
        }

        return Verdict.Linearizable;
    }
}
