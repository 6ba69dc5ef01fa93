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
                relaxed.Add(Of(operation));
        }

        return relaxed;
    }

    /// <summary>The same without the others that are known to be of no use.</summary>
    public static List<Operation<TInput, TOutput>> Outside<TInput, TOutput>(
        Operation<TInput, TOutput>[] history, IReadOnlyCollection<int> core, List<int> suppliers) =>
        [
            .. core.Select(index => history[index]),
            .. suppliers.Select(index => Of(history[index])),
        ];

    /// <summary>An operation that may take effect at any one time or never.</summary>
    public static Operation<TInput, TOutput> Of<TInput, TOutput>(in Operation<TInput, TOutput> operation) =>
        new(operation.Client, operation.Input, call: long.MinValue);
}
