namespace RaftKv.Linearizability.Search;

/// <summary>Splits a history into the parts that a model declares independent.</summary>
internal static class Parts
{
    /// <summary>
    /// The operations of each part, as indexes into the history; all in one when the budget runs out.
    /// </summary>
    public static List<int[]> Split<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, BudgetMeter? meter = null)
        where TInput : notnull
    {
        var finder = new HistoryParts(history.Length);
        for (var i = 0; i < history.Length; i++)
        {
            if (meter?.LookEvery(i) == false)
                return [[.. Enumerable.Range(0, history.Length)]];
            finder.Begin(i);
            model.Touch(history[i].Input, finder);
        }

        return finder.Parts();
    }
}
