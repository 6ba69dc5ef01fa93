namespace RaftKv.Linearizability.Online;

/// <summary>Is told of a history while it happens; see <see cref="OnlineChecker{TState, TInput, TOutput}"/>.</summary>
public interface IHistoryWatcher<in TInput, in TOutput>
{
    /// <summary>A process asks for something. It must have nothing else open.</summary>
    void Invoke(int process, TInput input);

    /// <summary>A process has its answer.</summary>
    /// <returns>False when it is impossible: together with all before it, and whatever is still open.</returns>
    bool Return(int process, TOutput output);

    /// <summary>A process will never learn the outcome of what it asked for.</summary>
    void Unknown(int process);

    /// <summary>What a process asked for certainly did not happen.</summary>
    void Discard(int process);
}
