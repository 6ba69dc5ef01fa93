namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Weakens a history outside of a core: a read is left out, a write may take effect at any one time or never. If what
/// remains is illegal, so is the history, and the core alone shows it.
/// </summary>
internal static class Relaxation
{
    public static List<Operation<TInput, TOutput>> Outside<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        IReadOnlySet<int> core)
        where TInput : notnull
    {
        var relaxed = new List<Operation<TInput, TOutput>>(history.Length);
        for (var i = 0; i < history.Length; i++)
        {
            var operation = history[i];
            if (core.Contains(i))
                relaxed.Add(operation);
            else if (!model.IsReadOnly(operation.Input, operation.Outcome))
                relaxed.Add(new(operation.Client, operation.Input, call: long.MinValue));
        }

        return relaxed;
    }

    /// <summary>
    /// A core and the writes that overlap it, which may take effect at any one time since its first call, or never.
    /// What returned before that call only had to do with the state that was there then; what was called after the
    /// last return comes too late.
    /// </summary>
    public static Operation<TInput, TOutput>[] Within<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        IReadOnlyCollection<int> core)
        where TInput : notnull
    {
        var from = core.Min(index => history[index].Call);
        var to = core.Max(index => history[index].Return);
        var others = Enumerable.Range(0, history.Length)
            .Where(i => !core.Contains(i) && history[i].Return >= from && history[i].Call <= to)
            .Select(i => history[i])
            .Where(other => !model.IsReadOnly(other.Input, other.Outcome))
            .Select(other => new Operation<TInput, TOutput>(other.Client, other.Input, from));
        return [.. core.Select(index => history[index]), .. others];
    }
}
