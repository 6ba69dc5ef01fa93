using System.Diagnostics.Tracing;

namespace RaftKv.Sim.World;

/// <summary>
/// Notices when the thread that made it hands anything to the thread pool or to a real timer. A simulated node that
/// does so has left virtual time, and its run is no longer a function of the seed.
/// </summary>
/// <remarks>
/// It listens to the runtime's own events, which are raised synchronously on the thread that enqueues. So it tells
/// whose escape it is even when other threads of the process use the pool, as test runners do; the counters of
/// <c>ThreadPool</c> are one for the whole process. Code that does not escape pays nothing. Make one for each thread
/// that runs worlds, not one for each world.
/// </remarks>
public sealed class EscapeDetector : EventListener
{
    private const string Source = "System.Diagnostics.Eventing.FrameworkEventSource";
    private const EventKeywords PoolAndTimers = (EventKeywords)0x12;

    private int _thread;
    private string? _escape;

    /// <summary>Watches the thread that makes it.</summary>
    /// <exception cref="InvalidOperationException">The runtime does not report what the detector must see.</exception>
    public EscapeDetector() => Watch();

    /// <summary>The first escape since the last call, with its stack; null if there was none.</summary>
    public string? Take()
    {
        var escape = _escape;
        _escape = null;
        return escape;
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source) EnableEvents(eventSource, EventLevel.Verbose, PoolAndTimers);
    }

#pragma warning disable RS0030 // The real threads are what this class watches.
    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _escape ??= $"{eventData.EventName}{Environment.NewLine}{Environment.StackTrace}";
    }

    private void Watch()
    {
        _thread = Environment.CurrentManagedThreadId;
        // A pool that is at rest looks at its listeners only when it next works: give it work until the event arrives.
        var isHeard = SpinWait.SpinUntil(
            () =>
            {
                ThreadPool.UnsafeQueueUserWorkItem(static _ => { }, null);
                return _escape is not null;
            },
            TimeSpan.FromSeconds(5));
        if (!isHeard) throw new InvalidOperationException($"{Source} does not report the use of the thread pool.");
        _escape = null;
    }
#pragma warning restore RS0030
}
