namespace RaftKv.Linearizability.Search;

/// <summary>Splits a history into the parts that a model declares independent.</summary>
internal static class Parts
{
    /// <summary>The operations of each part, as indexes into the history.</summary>
    public static List<int[]> Split<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history)
        where TInput : notnull
    {
        if (model.Parts is not { } sameParts)
            return history.Count == 0 ? [] : [[.. Enumerable.Range(0, history.Count)]];

        var numbers = new Dictionary<TInput, int>(sameParts);
        var partOf = new int[history.Count];
        var sizes = new List<int>();
        for (var i = 0; i < partOf.Length; i++)
        {
            var input = history[i].Input;
            if (!numbers.TryGetValue(input, out var number))
            {
                numbers.Add(input, number = sizes.Count);
                sizes.Add(0);
            }

            partOf[i] = number;
            sizes[number]++;
        }

        var parts = sizes.ConvertAll(size => new int[size]);
        var filled = new int[parts.Count];
        for (var i = 0; i < partOf.Length; i++)
            parts[partOf[i]][filled[partOf[i]]++] = i;
        return parts;
    }
}
