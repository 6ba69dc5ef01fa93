namespace RaftKv.Sim.World;

/// <summary>A timer on a node's monotonic clock.</summary>
/// <remarks>
/// A timer that is moved to a later time, as election timers are with every message, keeps its event in the queue and
/// is scheduled anew when that comes: otherwise the queue would fill with cancelled events.
/// </remarks>
internal sealed class SimTimer : SimEvent, ITimer
{
    private readonly SimTime _time;
    private readonly SimLoop _loop;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly LinkedListNode<SimTimer> _place;
    private EventHandle _event;
    private long _eventTicks = long.MaxValue;
    private long _dueTicks;
    private long _periodTicks;
    private bool _isDisposed;

    public SimTimer(SimTime time, SimLoop loop, TimerCallback callback, object? state)
    {
        _time = time;
        _loop = loop;
        _callback = callback;
        _state = state;
        _place = new LinkedListNode<SimTimer>(this);
    }

    private bool IsArmed => _place.List is not null;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        if (_isDisposed || _loop.IsStopped) return false;

        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            Disarm();
            return true;
        }

        _dueTicks = _time.ElapsedTicks + dueTime.Ticks;
        _periodTicks = Math.Max(0, period.Ticks);
        if (!IsArmed) _time.Arm(_place);
        Schedule();
        return true;
    }

    public override void Fire(long argument)
    {
        _eventTicks = long.MaxValue;
        if (!IsArmed) return;
        if (_time.ElapsedTicks < _dueTicks)
        {
            Schedule();
            return;
        }

        if (_periodTicks > 0)
        {
            _dueTicks = Math.Max(_dueTicks + _periodTicks, _time.ElapsedTicks);
            Schedule();
        }
        else
        {
            _time.Disarm(_place);
        }

        _callback(_state);
    }

    public void Dispose()
    {
        _isDisposed = true;
        Disarm();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes sure that an event comes no later than the due time.</summary>
    internal void Schedule()
    {
        var trueTicks = _time.TrueTicks(_dueTicks);
        if (_eventTicks <= trueTicks) return;
        _time.Scheduler.Cancel(_event);
        _event = _time.Scheduler.At(trueTicks, _loop, this);
        _eventTicks = trueTicks;
    }

    internal void Disarm()
    {
        if (!IsArmed) return;
        _time.Disarm(_place);
        _time.Scheduler.Cancel(_event);
        _eventTicks = long.MaxValue;
    }
}
