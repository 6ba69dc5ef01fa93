using RaftKv.Platform;

namespace RaftKv.Client.Threading;

/// <summary>
/// The clock of a loop: time stamps and wall time of <paramref name="source"/>, timers that the loop itself keeps and
/// runs, so that a timer costs no other thread and no lock.
/// </summary>
internal sealed class LoopTimers(NodeLoop loop, TimeProvider source) : TimeProvider
{
    private readonly NodeLoop _loop = loop;
    private readonly PriorityQueue<LoopTimer, (long Due, long Sequence)> _queue = new();
    private long _sequence;

    /// <inheritdoc/>
    public override long TimestampFrequency => source.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => source.LocalTimeZone;

    /// <inheritdoc/>
    public override long GetTimestamp() => source.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => source.GetUtcNow();

    /// <summary>Creates a timer that calls back on the loop, whichever thread creates it.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LoopTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>How long the loop may sleep: 0 when a timer is due, -1 when there is none.</summary>
    public int MillisecondsUntilDue()
    {
        if (!_queue.TryPeek(out _, out var first))
            return Timeout.Infinite;
        var ticks = first.Due - GetTimestamp();
        return ticks <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(ticks * 1000.0 / TimestampFrequency));
    }

    /// <summary>Runs the timers that are due, in the order in which they fell due.</summary>
    public void RunDue()
    {
        var now = GetTimestamp();
        while (!_loop.IsStopped && _queue.TryPeek(out var timer, out var key) && key.Due <= now)
        {
            _queue.Dequeue();
            timer.Reached(key.Due, now);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * TimestampFrequency);

    /// <summary>
    /// A timer that is put off keeps its old place in the queue, and moves on only when that is reached: re-arming
    /// the same timer over and over, as a deadline does, costs next to nothing.
    /// </summary>
    private sealed class LoopTimer(LoopTimers owner, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = long.MaxValue;
        private long _due = Never;
        private long _queuedFor = Never;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var due = dueTime == Timeout.InfiniteTimeSpan ? Never : owner.GetTimestamp() + owner.Ticks(dueTime);
            if (owner._loop.IsCurrent)
                Arm(due, period);
            else
                owner._loop.Post(_ => Arm(due, period), null);
            return !_disposed;
        }

        public void Reached(long queuedFor, long now)
        {
            if (queuedFor != _queuedFor)
                return;
            _queuedFor = Never;
            if (_due > now)
            {
                Queue();
                return;
            }
            Arm(_period > TimeSpan.Zero ? now + owner.Ticks(_period) : Never, _period);
            callback(state);
        }

        public void Dispose()
        {
            _disposed = true;
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Arm(long due, TimeSpan period)
        {
            (_due, _period) = _disposed ? (Never, Timeout.InfiniteTimeSpan) : (due, period);
            Queue();
        }

        private void Queue()
        {
            if (_due >= _queuedFor)
                return;
            _queuedFor = _due;
            owner._queue.Enqueue(this, (_due, owner._sequence++));
        }
    }
}
