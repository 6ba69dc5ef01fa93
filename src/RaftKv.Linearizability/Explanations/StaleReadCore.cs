using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// The core that a stale read has where values may repeat: the read, what shows that another value was there after all
/// that wrote its own and before it, and who wrote that.
/// </summary>
internal static class StaleReadCore
{
    /// <summary>
    /// The core, and whether it holds within its own time only (<see cref="Explanation.From"/>); null when what shows
    /// the other value cannot be itself.
    /// </summary>
    /// <remarks>
    /// A core that names all writers of the value holds alone; with more than one the two others are easier to follow.
    /// </remarks>
    public static (List<int> Core, bool IsWithin)? Of<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model, Operation<TInput, TOutput>[] part, StaleRead stale)
    {
        var (read, shows) = stale;
        var cells = Array.ConvertAll(part, operation => model.OperationOf(operation));
        var expected = cells[read].Expected;
        var comparer = EqualityComparer<TValue?>.Default;
        var writers = Enumerable.Range(0, cells.Length)
            .Where(i => IsWrite(cells[i]) && comparer.Equals(cells[i].Value, expected))
            .Take(2)
            .ToList();
        var isInitial = comparer.Equals(expected, model.InitialValue);
        if (writers.Count == 0 && !isInitial)
            return ([read], false);
        var isAlone = writers.Count == 0 || (writers is [var writer] && cells[writer].Effect == CellEffect.Write);
        if (isAlone && !isInitial && part[writers[0]].Call > part[read].Return)
            return ([writers[0], read], false);
        var reachable = shows < 0 ? [] : Reachable(model.InitialValue, cells);
        if (shows < 0
            || !reachable.Contains(new(expected))
            || (cells[shows].Effect != CellEffect.Write && !reachable.Contains(new(cells[shows].Expected))))
            return null;
        return isAlone && cells[shows].Effect == CellEffect.Write
            ? ([.. writers, shows, read], false)
            : ([shows, read], true);
    }

    private static bool IsWrite<TValue>(CellOperation<TValue> cell) =>
        cell.Effect is CellEffect.Write or CellEffect.Swap;

    /// <summary>The values that some order or other of some of the operations leads to.</summary>
    private static HashSet<ValueTuple<TValue?>> Reachable<TValue>(TValue? initial, CellOperation<TValue>[] cells)
    {
        var reachable = new HashSet<ValueTuple<TValue?>> { new(initial) };
        foreach (var cell in cells)
        {
            if (cell.Effect == CellEffect.Write)
                reachable.Add(new(cell.Value));
        }

        for (var before = 0; before < reachable.Count;)
        {
            before = reachable.Count;
            foreach (var cell in cells)
            {
                if (cell.Effect == CellEffect.Swap && reachable.Contains(new(cell.Expected)))
                    reachable.Add(new(cell.Value));
            }
        }

        return reachable;
    }
}
