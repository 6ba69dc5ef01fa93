using RaftKv.Platform;

namespace RaftKv.Node.Disk;

/// <summary>
/// Runs disk operations one after another on a thread of its own. What nobody waits for lies in the queue until
/// something that is waited for follows, so a write and its flush cost one wake-up. Completions are posted to the loop.
/// </summary>
internal sealed class DiskThread : IDisposable
{
    private readonly object _gate = new();
    private readonly NodeLoop _loop;
    private readonly Thread _thread;
    private List<Operation> _queue = [];
    private List<Operation> _running = [];
    private bool _isAwaited;
    private bool _isStopping;

    public DiskThread(string name, NodeLoop loop)
    {
        _loop = loop;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Queues something that nobody waits for; it must not throw.</summary>
    /// <returns><see langword="false"/> when the thread has been told to end.</returns>
    public bool TryEnqueue(Action effect) => TryAdd(new Operation(effect, null));

    /// <summary>Queues something and waits until it is done.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public ValueTask RunAsync(Action effect)
    {
        var completion = new TaskCompletionSource();
        ObjectDisposedException.ThrowIf(!TryAdd(new Operation(effect, completion)), this);
        return new ValueTask(completion.Task);
    }

    /// <summary>Does what is queued, then ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private bool TryAdd(in Operation operation)
    {
        lock (_gate)
        {
            if (_isStopping) return false;
            _queue.Add(operation);
            if (operation.Completion is null || _isAwaited) return true;
            _isAwaited = true;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    private void Run()
    {
        while (TakeQueue())
        {
            foreach (var operation in _running) Do(operation);
            _running.Clear();
        }
    }

    private bool TakeQueue()
    {
        lock (_gate)
        {
            while (!_isAwaited && !_isStopping) Monitor.Wait(_gate);
            (_queue, _running) = (_running, _queue);
            _isAwaited = false;
            return _running.Count > 0 || !_isStopping;
        }
    }

    private void Do(in Operation operation)
    {
        var completion = operation.Completion;
        Exception? failure = null;
        try
        {
            operation.Effect();
        }
#pragma warning disable CA1031 // The caller gets it, whatever it is.
        catch (Exception exception) when (completion is not null)
#pragma warning restore CA1031
        {
            failure = exception is UnauthorizedAccessException
                ? new IOException(exception.Message, exception)
                : exception;
        }

        if (completion is null) return;
        if (failure is null) _loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), completion);
        else _loop.Post(_ => completion.SetException(failure), null);
    }

    private readonly record struct Operation(Action Effect, TaskCompletionSource? Completion);
}
