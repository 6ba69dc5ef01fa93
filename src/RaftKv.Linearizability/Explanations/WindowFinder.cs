namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Finds a core that holds whatever the state was when its first operation was called, among the last operations up to
/// a time. For models with few states: what happened before says no more than that there was one of them.
/// </summary>
internal sealed class WindowFinder<TState, TInput, TOutput>(
    IModel<TState, TInput, TOutput> model,
    Operation<TInput, TOutput>[] history,
    Func<IModel<TState, TInput, TOutput>, Operation<TInput, TOutput>[], bool> isIllegal)
    where TInput : notnull
{
    private const int StatesMax = 32;
    private const int SizeMax = 64;

    /// <summary>The core, as indexes into the history; null when there is none of a few operations.</summary>
    public List<int>? Find(long end)
    {
        if (ReachableStates(model, history, StatesMax) is not { } states)
            return null;
        var byCall = Enumerable.Range(0, history.Length)
            .Where(i => history[i].Outcome.IsKnown && history[i].Return <= end)
            .OrderBy(i => history[i].Call)
            .ToList();
        for (var size = 2; size <= Math.Min(SizeMax, byCall.Count); size *= 2)
        {
            if (IsCore(byCall[^size..], states))
                return Spare(byCall[^size..], states);
        }

        return null;
    }

    /// <summary>The states that any operations lead to; null when they are too many.</summary>
    public static List<TState>? ReachableStates(
        IModel<TState, TInput, TOutput> model, IEnumerable<Operation<TInput, TOutput>> history, int max)
    {
        var inputs = history.Select(operation => operation.Input).Distinct().ToArray();
        var states = new List<TState> { model.Initial };
        for (var i = 0; i < states.Count; i++)
        {
            foreach (var input in inputs)
            {
                if (!model.Step(states[i], input, default, out var next) || states.Contains(next, model.States))
                    continue;
                if (states.Count == max)
                    return null;
                states.Add(next);
            }
        }

        return states;
    }

    private List<int> Spare(List<int> core, List<TState> states)
    {
        for (var i = 0; i < core.Count && core.Count > 1;)
        {
            var without = new List<int>(core);
            without.RemoveAt(i);
            if (IsCore(without, states))
                (core, i) = (without, 0);
            else
                i++;
        }

        return core;
    }

    private bool IsCore(List<int> core, List<TState> states)
    {
        var relaxed = Relaxation.Within(model, history, core);
        return states.TrueForAll(state => isIllegal(new StartingAt(model, state), relaxed));
    }

    private sealed class StartingAt(IModel<TState, TInput, TOutput> model, TState start)
        : IModel<TState, TInput, TOutput>
    {
        public TState Initial => start;

        public IEqualityComparer<TState> States => model.States;

        public bool Step(TState state, TInput input, Outcome<TOutput> outcome, out TState next) =>
            model.Step(state, input, outcome, out next);

        public bool IsReadOnly(TInput input, Outcome<TOutput> outcome) => model.IsReadOnly(input, outcome);
    }
}
