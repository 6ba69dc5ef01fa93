namespace RaftKv.Linearizability;

/// <summary>
/// Collects a history while it happens. What is called and never returns is of unknown outcome. Not thread-safe.
/// </summary>
public sealed class HistoryRecorder<TInput, TOutput>
{
    private readonly List<(Operation<TInput, TOutput> Operation, Phase Phase)> _operations = [];

    private enum Phase
    {
        Open,
        Returned,
        Discarded,
    }

    /// <summary>Records a call.</summary>
    /// <returns>The operation's number, for <see cref="Return"/> or <see cref="Discard"/>.</returns>
    public int Call(int client, TInput input, long time)
    {
        _operations.Add((new Operation<TInput, TOutput>(client, input, time), Phase.Open));
        return _operations.Count - 1;
    }

    /// <summary>Records the answer of an open operation.</summary>
    public void Return(int operation, TOutput output, long time)
    {
        var call = Open(operation);
        _operations[operation] = (new(call.Client, call.Input, output, call.Call, time), Phase.Returned);
    }

    /// <summary>Forgets an open operation that certainly did not and will not take effect.</summary>
    public void Discard(int operation) => _operations[operation] = (Open(operation), Phase.Discarded);

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
        : throw new InvalidOperationException($"Operation {operation} is not open: it returned or was discarded.");
}
