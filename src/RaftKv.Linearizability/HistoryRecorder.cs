using RaftKv.Linearizability.Online;

namespace RaftKv.Linearizability;

/// <summary>
/// Collects a history while it happens. What is called and never returns is of unknown outcome. Not thread-safe.
/// </summary>
/// <param name="watcher">Who is told at once, with the number of the operation as the process; null: nobody.</param>
public sealed class HistoryRecorder<TInput, TOutput>(IHistoryWatcher<TInput, TOutput>? watcher = null)
{
    private readonly List<(Operation<TInput, TOutput> Operation, Phase Phase)> _operations = [];

    private enum Phase
    {
        Open,
        Returned,
        Lost,
        Discarded,
    }

    /// <summary>Records a call.</summary>
    /// <returns>The operation's number, for <see cref="Return"/> or <see cref="Discard"/>.</returns>
    public int Call(int client, TInput input, long time)
    {
        _operations.Add((new Operation<TInput, TOutput>(client, input, time), Phase.Open));
        watcher?.Invoke(_operations.Count - 1, input);
        return _operations.Count - 1;
    }

    /// <summary>Records the answer of an open operation.</summary>
    /// <returns>False when the watcher says that the answer is impossible.</returns>
    public bool Return(int operation, TOutput output, long time)
    {
        var call = Open(operation);
        _operations[operation] = (new(call.Client, call.Input, output, call.Call, time), Phase.Returned);
        return watcher?.Return(operation, output) ?? true;
    }

    /// <summary>Records that nobody will learn the outcome of an open operation.</summary>
    public void Lose(int operation)
    {
        _operations[operation] = (Open(operation), Phase.Lost);
        watcher?.Unknown(operation);
    }

    /// <summary>Forgets an open operation that certainly did not and will not take effect.</summary>
    public void Discard(int operation)
    {
        _operations[operation] = (Open(operation), Phase.Discarded);
        watcher?.Discard(operation);
    }

    /// <summary>The history so far: those that returned, and those still open as of unknown outcome.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> ToHistory()
    {
        var history = new List<Operation<TInput, TOutput>>(_operations.Count);
        foreach (var (operation, phase) in _operations)
        {
            if (phase != Phase.Discarded)
                history.Add(operation);
        }

        return history.ToArray();
    }

    /// <summary>Forgets everything, to record the next history.</summary>
    public void Clear() => _operations.Clear();

    private Operation<TInput, TOutput> Open(int operation) => _operations[operation] is (var call, Phase.Open)
        ? call
        : throw new InvalidOperationException($"Operation {operation} is not open any more.");
}
