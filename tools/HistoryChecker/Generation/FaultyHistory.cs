using RaftKv.Linearizability;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>
/// Puts a fault where the answers show it: what goes wrong for a moment is often hidden by what comes after.
/// </summary>
internal static class FaultyHistory
{
    /// <summary>How many places are tried.</summary>
    public const int Places = 64;

    // So that the same workload gives the same history on every machine: no time.
    private static readonly Budget _proof = new() { Steps = 1 << 25 };

    /// <summary>The history of a workload; illegal if a fault is asked for, which the checker proves.</summary>
    /// <param name="model">The model of the history.</param>
    /// <param name="workload">What the history is made of.</param>
    /// <param name="generate">Makes the history with the fault in one place.</param>
    /// <exception cref="InvalidOperationException">The fault shows nowhere.</exception>
    public static List<Operation<TInput, TOutput>> Generate<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Workload workload,
        Func<Workload, List<Operation<TInput, TOutput>>> generate)
        where TInput : notnull
    {
        if (workload.Fault == Fault.None)
            return generate(workload);
        var needed = Needed(workload.Fault);
        if (!needed.TrueForAll(some => some.Any(workload.Kinds.Contains)))
        {
            var mix = string.Join(", and ", needed.Select(some => string.Join(" or ", some)));
            throw new InvalidOperationException($"--fault {workload.Fault} needs {mix} in --mix");
        }

        for (var place = 0; place < Places; place++)
        {
            var history = generate(workload with { Place = place });
            if (Checker.Check(model, history, _proof).Verdict == Verdict.Illegal)
                return history;
        }

        throw new InvalidOperationException(
            $"--fault {workload.Fault} was tried in {Places} places, but no answer shows it: take another --seed, "
            + "more --operations or more reads in the --mix");
    }

    /// <summary>The kinds of operations that it takes to show a fault: one of each set.</summary>
    private static List<string[]> Needed(Fault fault) => fault switch
    {
        Fault.Lost => [["put", "append", "delete", "cas"], ["get", "cas", "scan", "txn"]],
        Fault.Split => [["put", "append", "delete", "cas", "txn"], ["get", "cas", "scan", "txn"]],
        Fault.Swap => [["cas", "mutex"]],
        Fault.Twice => [["append"], ["get", "cas", "scan", "txn"]],
        _ => [["get"], ["put"]],
    };
}
