namespace RaftKv.Linearizability.Search;

/// <summary>
/// What took effect in the configurations of sweeps, and how much memory that takes. Paths share their beginnings and
/// nobody says when one is given up: when there may be twice as many steps as before, those still in use are counted.
/// </summary>
internal sealed class PathMemory(BudgetMeter meter)
{
    private const int BytesOfStep = 48;
    private const long FewSteps = 1 << 12;
    private long _steps;
    private long _inUse;
    private int _count;

    /// <summary>Goes one step on.</summary>
    public Applied Add(int operation, int at, int state, Applied? before)
    {
        _steps++;
        meter.Reserve(BytesOfStep);
        return new Applied(operation, at, state, before);
    }

    /// <summary>Counts the steps in use, if there may be many fewer than were made.</summary>
    public void Recount(IEnumerable<Sweep> sweeps)
    {
        if (_steps < (2 * _inUse) + FewSteps)
            return;
        _count++;
        _inUse = 0;
        foreach (var path in sweeps.SelectMany(sweep => sweep.Paths))
        {
            for (var step = path; step is not null && step.CountedIn != _count; step = step.Before)
            {
                step.CountedIn = _count;
                _inUse++;
            }
        }

        meter.Reserve(BytesOfStep * (_inUse - _steps));
        _steps = _inUse;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        meter.Reserve(-BytesOfStep * _steps);
        (_steps, _inUse) = (0, 0);
    }
}

/// <summary>What took effect: one operation after another, each when the return of some operation forced it.</summary>
/// <param name="operation">The operation.</param>
/// <param name="at">The event index of that return.</param>
/// <param name="state">The state behind it.</param>
/// <param name="before">What took effect before; null: nothing.</param>
internal sealed class Applied(int operation, int at, int state, Applied? before)
{
    public int Operation => operation;

    public int At => at;

    public int State => state;

    public Applied? Before { get; private set; } = before;

    /// <summary>Forgets what took effect before a time, but for the last.</summary>
    public void ForgetBefore(int time)
    {
        var step = this;
        while (step.At >= time && step.Before is { } earlier)
            step = earlier;
        step.Before = null;
    }

    /// <summary>The last count that saw it.</summary>
    public int CountedIn { get; set; }
}
