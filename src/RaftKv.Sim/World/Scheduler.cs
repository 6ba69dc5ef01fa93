using RaftKv.Diagnostics;

namespace RaftKv.Sim.World;

/// <summary>
/// The pump of a world. One thread, one queue of what is ready, one queue of what is due later: the ready queue is
/// drained first, in order; then time jumps to the next event. So computing takes no virtual time.
/// </summary>
internal sealed class Scheduler(Trace trace)
{
    private const long Prime = 0x100000001B3;

    private readonly EventQueue _events = new();
    private readonly Queue<Work> _ready = [];
    private readonly ThreadGuard _thread = new();
    private long _order;

    public Trace Trace { get; } = trace;

    /// <summary>Virtual time since the world began, in ticks of 100 ns.</summary>
    public long NowTicks { get; private set; }

    /// <summary>The loop whose callback runs; null between callbacks and in the world's own events.</summary>
    public SimLoop? Current { get; private set; }

    /// <summary>The first failure. Nothing runs after it.</summary>
    public WorldFailure? Failure { get; private set; }

    /// <summary>Callbacks and events run so far.</summary>
    public long EventCount { get; private set; }

    /// <summary>Schedules an event <paramref name="delay"/> from now, on a loop or (null) in the world.</summary>
    public EventHandle After(TimeSpan delay, SimLoop? loop, SimEvent target, long argument = 0) =>
        At(NowTicks + delay.Ticks, loop, target, argument);

    /// <summary>Schedules an event at a time not yet passed; at equal times the first scheduled is first.</summary>
    public EventHandle At(long timeTicks, SimLoop? loop, SimEvent target, long argument = 0)
    {
        if (!_thread.IsHome("an event was scheduled")) throw new EscapeException(_thread.Escape!);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeTicks, NowTicks);
        return _events.Add(timeTicks, loop, target, argument);
    }

    /// <summary>Withdraws an event. False when it has become due or was cancelled already.</summary>
    public bool Cancel(EventHandle handle) => _events.Cancel(handle);

    /// <summary>Queues work behind all that is ready now.</summary>
    public void Enqueue(in Work work)
    {
        if (_thread.IsHome("a callback was posted")) _ready.Enqueue(work);
    }

    /// <summary>Fails the seed, unless it has failed already.</summary>
    public void Fail(SimLoop? loop, Exception cause)
    {
        if (Failure is not null) return;
        Failure = new WorldFailure(NowTicks, loop?.Name, cause);
        Record(loop, TraceKind.Failure, 0, 0, $"{Failure}");
    }

    /// <summary>Adds an event to the trace: numbers to the hash, text to the lines.</summary>
    public void Record(
        SimLoop? loop,
        TraceKind kind,
        long first,
        long second,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref TraceText text)
    {
        Trace.Hash.Add(NowTicks, ((long)kind << 32) | (uint)(loop?.Index ?? -1), first, second);
        if (Trace.IsRecording) Trace.AddLine(NowTicks, loop?.Name, kind, text.ToStringAndClear());
    }

    /// <summary>Runs until <paramref name="isDone"/>, a failure, or nothing is left until the given time.</summary>
    /// <returns>Whether <paramref name="isDone"/> became true.</returns>
    public bool Run(long untilTicks, Func<bool>? isDone = null)
    {
        var outside = SynchronizationContext.Current;
        _thread.Adopt();
        try
        {
            while (Failure is null)
            {
                if (isDone is not null && isDone()) return true;
                if (_ready.TryDequeue(out var work)) Dispatch(work);
                else if (_events.TryTake(untilTicks, out var due)) Advance(due);
                else break;
                if (_thread.Escape is { } escape) Fail(null, new EscapeException(escape));
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }

        if (Failure is null && untilTicks != long.MaxValue) NowTicks = Math.Max(NowTicks, untilTicks);
        return false;
    }

    private void Advance(in DueEvent due)
    {
        NowTicks = due.TimeTicks;
        var where = ((long)TraceKind.Event << 32) | (uint)(due.Loop?.Index ?? -1);
        Trace.Hash.Add(NowTicks, where, due.Argument, _order);
        Dispatch(new Work(due.Loop, due.Target, null, due.Argument));
    }

    private void Dispatch(in Work work)
    {
        var loop = work.Loop;
        if (loop is not null)
        {
            if (loop.IsStopped)
            {
                work.Discard();
                return;
            }

            if (loop.IsPaused)
            {
                loop.Hold(work);
                return;
            }
        }

        // Every callback leaves its mark on the hash, so a continuation that runs elsewhere or out of order is noticed.
        _order = (_order ^ (loop?.Index ?? -1)) * Prime;
        EventCount++;
        Current = loop;
        SynchronizationContext.SetSynchronizationContext(loop);
        try
        {
            RunOn(loop, work);
            if (SynchronizationContext.Current != loop)
                throw new EscapeException("a callback left another synchronization context behind");
        }
        catch (Exception exception)
        {
            Fail(loop, exception);
        }

        Current = null;
    }

    private static void RunOn(SimLoop? loop, in Work work)
    {
        try
        {
            work.Run();
        }
        catch (Exception exception) when (exception is not (InvariantViolationException or EscapeException))
        {
            if (loop?.FaultHandler is not { } handler || !handler(exception)) throw;
        }
    }
}
