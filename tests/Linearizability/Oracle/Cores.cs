using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Tests.Oracle;

/// <summary>What a core is, by the definition and brute force. For up to about eight operations.</summary>
internal static class Cores
{
    /// <summary>
    /// Whether some operations cannot all be as recorded, though every other read never was and every other write took
    /// effect at any one time or never; within their own time: whatever the state was when the first was called.
    /// </summary>
    public static bool IsCore<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        IReadOnlySet<int> core,
        bool isWithin)
        where TInput : notnull
    {
        if (core.Count == 0)
            return false;
        var from = isWithin ? core.Min(index => history[index].Call) : long.MinValue;
        var to = isWithin ? core.Max(index => history[index].Return) : long.MaxValue;
        var relaxed = core.Select(index => history[index]).ToList();
        for (var index = 0; index < history.Length; index++)
        {
            var (input, outcome) = (history[index].Input, history[index].Outcome);
            if (!core.Contains(index)
                && !model.IsReadOnly(input, outcome)
                && history[index].Return >= from
                && history[index].Call <= to)
                relaxed.Add(new(history[index].Client, input, from));
        }

        var starts = isWithin ? States(model, WithCore(model, history, core)) : [model.Initial];
        return starts.TrueForAll(
            start => !BruteForce.IsLinearizable(new StartingAt<TState, TInput, TOutput>(model, start), relaxed));
    }

    /// <summary>The parts of a core: what others hold, and how it grows by appends, is nothing to it.</summary>
    private static Operation<TInput, TOutput>[] WithCore<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, IReadOnlySet<int> core)
        where TInput : notnull =>
        [.. Parts.Split(model, history).Where(core.Overlaps).SelectMany(part => part).Select(index => history[index])];

    /// <summary>The states that the operations lead to which may have changed something.</summary>
    private static List<TState> States<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history)
        where TInput : notnull
    {
        var states = new List<TState> { model.Initial };
        for (var i = 0; i < states.Count; i++)
        {
            foreach (var operation in history)
            {
                if (!model.IsReadOnly(operation.Input, operation.Outcome)
                    && model.Step(states[i], operation.Input, default, out var next)
                    && !states.Contains(next, model.States))
                    states.Add(next);
            }
        }

        return states;
    }

    private sealed class StartingAt<TState, TInput, TOutput>(IModel<TState, TInput, TOutput> model, TState start)
        : IModel<TState, TInput, TOutput>
        where TInput : notnull
    {
        public TState Initial => start;

        public bool Step(TState state, TInput input, Outcome<TOutput> outcome, out TState next) =>
            model.Step(state, input, outcome, out next);
    }
}
