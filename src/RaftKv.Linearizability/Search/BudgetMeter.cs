namespace RaftKv.Linearizability.Search;

/// <summary>Counts what a check spends; looks at the clock once in a while.</summary>
internal sealed class BudgetMeter
{
    private const long StepsPerLook = 1024;
    private readonly Budget _budget;
    private readonly BudgetMeter? _whole;
    private readonly long _startTimestamp;
    private long _firstStep;
    private long _nextLook;
    private long _memoryBytes;
    private bool _timeIsUp;

    public BudgetMeter(Budget budget)
    {
        if (budget.Time is not null && budget.Clock is null)
            throw new ArgumentException("A budget of time needs a clock.", nameof(budget));
        _budget = budget;
        _startTimestamp = budget.Time is null ? 0 : budget.Clock!.GetTimestamp();
        _nextLook = Math.Min(StepsPerLook, budget.Steps);
    }

    private BudgetMeter(BudgetMeter whole, long steps)
    {
        (_whole, _startTimestamp, _timeIsUp) = (whole, whole._startTimestamp, whole._timeIsUp);
        _budget = whole._budget with { Steps = Math.Min(steps, whole._budget.Steps - whole.Steps) };
        _nextLook = Math.Min(StepsPerLook, _budget.Steps);
    }

    public long Steps { get; private set; }

    public bool IsExhausted => _timeIsUp || Steps - _firstStep >= _budget.Steps || _memoryBytes > _budget.MemoryBytes;

    /// <summary>The most that was reserved.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>A part of what is left: so many steps at most, and no longer than the whole.</summary>
    public BudgetMeter Share(long steps) => new(this, steps);

    /// <summary>Allows as many steps again.</summary>
    public void Refill()
    {
        _firstStep = Steps;
        _nextLook = Steps + Math.Min(StepsPerLook, _budget.Steps);
    }

    /// <summary>Counts steps; false when the budget has run out.</summary>
    public bool Spend(long steps = 1)
    {
        if ((Steps += steps) < _nextLook)
            return !_timeIsUp;
        _nextLook = Math.Min(Steps + StepsPerLook, Math.Max(_budget.Steps + _firstStep, _budget.Steps));
        return Look();
    }

    /// <summary>Looks at the clock, for what is not counted in steps; false when the budget has run out.</summary>
    public bool Look()
    {
        _timeIsUp |= _budget.Time is { } time && _budget.Clock!.GetElapsedTime(_startTimestamp) >= time;
        if (_timeIsUp && _whole is not null)
            _whole._timeIsUp = true;
        return !IsExhausted;
    }

    /// <summary>Looks at the clock at every so many turns of a loop; false when the budget has run out.</summary>
    public bool LookEvery(int turn) => (turn & 0xFFF) != 0 || Look();

    /// <summary>Counts memory that is taken, or given back when negative.</summary>
    public void Reserve(long bytes)
    {
        _memoryBytes += bytes;
        PeakMemoryBytes = Math.Max(PeakMemoryBytes, _memoryBytes);
    }

    /// <summary>Whether so much memory more is within the budget.</summary>
    public bool HasRoom(long bytes) => bytes <= _budget.MemoryBytes - _memoryBytes;

    /// <summary>Reserves memory if the budget allows it.</summary>
    public bool TryReserve(long bytes)
    {
        if (!HasRoom(bytes))
            return false;
        Reserve(bytes);
        return true;
    }
}
