namespace RaftKv.Sim.World;

/// <summary>
/// A node's clocks. The monotonic clock starts anywhere, runs at its own rate and never jumps; the wall clock runs at
/// the same rate and may be wrong and jump. Timers follow the monotonic clock.
/// </summary>
public sealed class SimTime : TimeProvider
{
    private static readonly DateTimeOffset _epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Scheduler _scheduler;
    private readonly LinkedList<SimTimer> _armed = new();
    private SimLoop? _loop;
    private long _originTicks;
    private long _wallOffsetTicks;
    private int _rateNumerator = 1;
    private int _rateDenominator = 1;
    private long _rateSinceTicks;
    private long _elapsedAtRateChange;

    internal SimTime(Scheduler scheduler) => _scheduler = scheduler;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The _scheduler of the node's world.</summary>
    internal Scheduler Scheduler => _scheduler;

    /// <summary>What the node's clock has counted since the world began, in ticks.</summary>
    internal long ElapsedTicks
    {
        get
        {
            var trueTicks = _scheduler.NowTicks - _rateSinceTicks;
            return _elapsedAtRateChange + (_rateNumerator == _rateDenominator
                ? trueTicks
                : (long)((Int128)trueTicks * _rateNumerator / _rateDenominator));
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => _originTicks + ElapsedTicks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _epoch.AddTicks(_wallOffsetTicks + ElapsedTicks);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The caller is not on the node's loop.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var loop = _scheduler.Current;
        // What still runs of an incarnation that crashed half way through a callback gets a timer that never fires.
        if (loop is null || (loop != _loop && !loop.IsStopped))
            throw new InvalidOperationException("Create timers on the node's loop.");
        var timer = new SimTimer(this, loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Makes the clock run at a ratio of true time, e.g. 2/1: twice as fast.</summary>
    public void SetRate(int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        _elapsedAtRateChange = ElapsedTicks;
        _rateSinceTicks = _scheduler.NowTicks;
        _rateNumerator = numerator;
        _rateDenominator = denominator;
        foreach (var timer in _armed) timer.Schedule();
        _scheduler.Record(_loop, TraceKind.Clock, numerator, denominator, $"rate {numerator}/{denominator}");
    }

    /// <summary>Sets the wall clock forward or back, as an administrator or a time server would.</summary>
    public void JumpWall(TimeSpan by)
    {
        _wallOffsetTicks += by.Ticks;
        _scheduler.Record(_loop, TraceKind.Clock, by.Ticks, 0, $"wall clock jumps by {by}");
    }

    /// <summary>Serves a new incarnation of the node.</summary>
    /// <param name="loop">Where its timers call back.</param>
    /// <param name="origin">What the monotonic clock is to show now; null when the machine did not reboot.</param>
    internal void Attach(SimLoop loop, TimeSpan? origin)
    {
        _loop = loop;
        if (origin is { } start) _originTicks = start.Ticks - ElapsedTicks;
    }

    /// <summary>Drops the timers of the incarnation that ended.</summary>
    internal void Detach()
    {
        _loop = null;
        while (_armed.First is { } first) first.Value.Disarm();
    }

    internal void Arm(LinkedListNode<SimTimer> timer) => _armed.AddLast(timer);

    internal void Disarm(LinkedListNode<SimTimer> timer) => _armed.Remove(timer);

    /// <summary>The first true time at which the node's clock shows at least <paramref name="elapsedTicks"/>.</summary>
    internal long TrueTicks(long elapsedTicks)
    {
        var ticks = elapsedTicks - _elapsedAtRateChange;
        if (_rateNumerator != _rateDenominator)
            ticks = (long)(((Int128)ticks * _rateDenominator + _rateNumerator - 1) / _rateNumerator);
        return Math.Max(_rateSinceTicks + ticks, _scheduler.NowTicks);
    }
}
