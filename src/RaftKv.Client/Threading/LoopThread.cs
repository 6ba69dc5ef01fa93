using RaftKv.Platform;

namespace RaftKv.Client.Threading;

/// <summary>
/// A loop on a thread of its own. One turn runs everything posted until it began, then the timers that are due,
/// then what was put off to the end of the turn (sending what the turn has queued, in one system call).
/// </summary>
internal sealed class LoopThread : NodeLoop, IDisposable
{
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly List<Action> _endOfTurn = [];
    private List<Posted> _inbox = [];
    private List<Posted> _turn = [];
    private volatile bool _stopped;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="failed">
    /// Told of an exception that nothing on the loop has caught, on the loop's thread; the loop has stopped by then.
    /// </param>
    public LoopThread(string name, Action<Exception> failed)
    {
        _failed = failed;
        Timers = new LoopTimers(this, TimeProvider.System);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>The clock whose timers run on this loop.</summary>
    public LoopTimers Timers { get; }

    /// <inheritdoc/>
    public override bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    /// <inheritdoc/>
    public override bool IsStopped => _stopped;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _inbox.Add(new Posted(d, state));
            if (_inbox.Count == 1)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Runs <paramref name="action"/> when everything else in this turn has run. On the loop only.</summary>
    public void AtEndOfTurn(Action action) => _endOfTurn.Add(action);

    /// <summary>Drops what is posted and lets the thread end after the callback that is running.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _inbox.Clear();
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Stops the loop and, unless called on it, waits for its thread.</summary>
    public void Dispose()
    {
        Stop();
        if (!IsCurrent)
            _thread.Join();
    }

    private void Run()
    {
        SetSynchronizationContext(this);
        try
        {
            while (TakeTurn())
            {
                RunPosted();
                // What came in during a long turn goes before the timers that fell due in it: whoever was busy must
                // not take that for the silence of the others.
                if (Timers.MillisecondsUntilDue() == 0 && TakePosted())
                    RunPosted();
                if (_stopped)
                    return;
                Timers.RunDue();
                for (var i = 0; i < _endOfTurn.Count && !_stopped; i++)
                    _endOfTurn[i]();
                _endOfTurn.Clear();
            }
        }
#pragma warning disable CA1031 // Whatever it is, the node must not go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Stop();
            _failed(exception);
        }
    }

    /// <summary>Waits until there is something to do.</summary>
    private bool TakeTurn()
    {
        lock (_gate)
        {
            int waitMs;
            while (!_stopped && _inbox.Count == 0 && (waitMs = Timers.MillisecondsUntilDue()) != 0)
                Monitor.Wait(_gate, waitMs);
        }

        return TakePosted();
    }

    private bool TakePosted()
    {
        _turn.Clear();
        lock (_gate)
        {
            (_inbox, _turn) = (_turn, _inbox);
            return !_stopped;
        }
    }

    private void RunPosted()
    {
        foreach (var posted in _turn)
        {
            if (_stopped)
                return;
            posted.Callback(posted.State);
        }
    }

    private readonly record struct Posted(SendOrPostCallback Callback, object? State);
}
