namespace RaftKv.Linearizability.Search;

/// <summary>Splits a history into the parts that a model declares independent.</summary>
internal static class Parts
{
    /// <summary>The operations of each part, as indexes into the history.</summary>
    public static List<int[]> Split<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history)
        where TInput : notnull
    {
        var finder = new HistoryParts(history.Length);
        for (var i = 0; i < history.Length; i++)
        {
            finder.Begin(i);
            model.Touch(history[i].Input, finder);
        }

        return finder.Parts();
    }
}
