namespace RaftKv.Linearizability.Tests.Oracle;

/// <summary>
/// The definition of linearizability and nothing else: tries every order of the operations and every choice of those
/// of unknown outcome. For up to about eight operations.
/// </summary>
internal static class BruteForce
{
    public static bool IsLinearizable<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history)
        where TInput : notnull => Try(model, model.Initial, [.. history]);

    private static bool Try<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, TState state, List<Operation<TInput, TOutput>> rest)
        where TInput : notnull
    {
        if (rest.All(operation => !operation.Outcome.IsKnown))
            return true;
        var firstReturn = rest.Where(operation => operation.Outcome.IsKnown).Min(operation => operation.Return);
        for (var i = 0; i < rest.Count; i++)
        {
            var operation = rest[i];
            if (operation.Call > firstReturn || !model.Step(state, operation.Input, operation.Outcome, out var next))
                continue;
            rest.RemoveAt(i);
            var found = Try(model, next, rest);
            rest.Insert(i, operation);
            if (found)
                return true;
        }

        return false;
    }
}
