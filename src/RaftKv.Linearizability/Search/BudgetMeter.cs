namespace RaftKv.Linearizability.Search;

/// <summary>Counts what a check spends; looks at the clock once in a while.</summary>
internal sealed class BudgetMeter
{
    private const long StepsPerLook = 1024;
    private readonly Budget _budget;
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

    public long Steps { get; private set; }

    public bool IsExhausted => _timeIsUp || Steps - _firstStep >= _budget.Steps || _memoryBytes > _budget.MemoryBytes;

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
        _timeIsUp = _budget.Time is { } time && _budget.Clock!.GetElapsedTime(_startTimestamp) >= time;
        return !IsExhausted;
    }

    /// <summary>Reserves memory, or gives it back when negative; false when the budget does not allow it.</summary>
    public bool Reserve(long bytes)
    {
        _memoryBytes += bytes;
        return _memoryBytes <= _budget.MemoryBytes;
    }
}
