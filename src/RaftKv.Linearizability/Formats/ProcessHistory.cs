namespace RaftKv.Linearizability.Formats;

/// <summary>
/// Pairs the invocations and completions of single-threaded processes. The times are positions in the file. An
/// operation still open at the end, or closed without an answer, is of unknown outcome.
/// </summary>
internal sealed class ProcessHistory<TInput, TOutput>(LineReader lines)
{
    private readonly List<Operation<TInput, TOutput>?> _operations = [];
    private readonly Dictionary<int, int> _open = [];
    private readonly HashSet<int> _lost = [];
    private long _time;

    public void Invoke(int process, TInput input, int line)
    {
        if (_lost.Contains(process))
            throw lines.Malformed($"process {process} goes on after an operation of unknown outcome", line);
        if (!_open.TryAdd(process, _operations.Count))
            throw lines.Malformed($"process {process} has an operation open already", line);
        _operations.Add(new Operation<TInput, TOutput>(process, input, _time++));
    }

    /// <summary>What a process has open.</summary>
    public TInput Pending(int process, int line) => _operations[Index(process, line)]!.Value.Input;

    /// <summary>Completes what a process has open, as <paramref name="input"/> answered by <paramref name="output"/>.
    /// </summary>
    public void Return(int process, TInput input, TOutput output, int line)
    {
        var index = Close(process, line);
        _operations[index] = new(process, input, output, _operations[index]!.Value.Call, _time++);
    }

    /// <summary>Forgets what a process has open: it did not happen, or its answer says nothing.</summary>
    public void Discard(int process, int line) => _operations[Close(process, line)] = null;

    /// <summary>The outcome of what a process has open will never be known.</summary>
    public void Lose(int process, int line)
    {
        Close(process, line);
        _lost.Add(process);
    }

    public IReadOnlyList<Operation<TInput, TOutput>> ToHistory() =>
        _operations.Where(operation => operation is not null).Select(operation => operation!.Value).ToArray();

    private int Close(int process, int line)
    {
        var index = Index(process, line);
        _open.Remove(process);
        return index;
    }

    private int Index(int process, int line) => _open.TryGetValue(process, out var index)
        ? index
        : throw lines.Malformed($"process {process} has no operation open", line);
}
