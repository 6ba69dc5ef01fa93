using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Finds the core that a stale read has where values may repeat: a read, what shows that another value was there after
/// all that wrote its own and before it, and who wrote that. It takes the time of sorting.
/// </summary>
internal static class StaleReadCore
{
    // A core that names all writers of the value holds alone; with more than one the two others are easier to follow.
    private const int WritersMax = 1;

    /// <summary>
    /// The core, and whether it holds within its own time only (<see cref="Explanation.From"/>); null when there is no
    /// such read, or an operation does more than read and overwrite.
    /// </summary>
    public static (List<int> Core, bool IsWithin)? Find<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model, Operation<TInput, TOutput>[] history)
    {
        var cells = Array.ConvertAll(history, operation => model.OperationOf(operation));
        if (Array.Exists(cells, cell => cell.Effect is CellEffect.Append or CellEffect.Beyond))
            return null;
        var writers = Enumerable.Range(0, cells.Length).Where(IsWrite)
            .GroupBy(i => new ValueTuple<TValue?>(cells[i].Value))
            .ToDictionary(group => group.Key, group => new Writers<TInput, TOutput>(history, group));
        var comparer = EqualityComparer<TValue?>.Default;
        var reachable = Reachable(model.InitialValue, cells);
        var between = new int[cells.Length];

        // Of what has returned and shows a value the one that was called last, and the last one of another value.
        var (last, other) = (-1, -1);
        foreach (var (_, isReturn, i) in Events(history))
        {
            var (effect, expected, value) = cells[i];
            if (!isReturn)
                between[i] = last >= 0 && comparer.Equals(Shown(last), expected) ? other : last;
            else if (effect is CellEffect.Read or CellEffect.Swap
                && CoreOf(i, between[i], writers.GetValueOrDefault(new(expected))) is { } core)
                return core;
            if (!isReturn || !(effect == CellEffect.Write || (effect is CellEffect.Read or CellEffect.Swap
                && reachable.Contains(new(expected)))))
                continue;
            if (last >= 0 && comparer.Equals(Shown(last), Shown(i)))
                last = history[i].Call > history[last].Call ? i : last;
            else if (last < 0 || history[i].Call > history[last].Call)
                (last, other) = (i, last);
            else if (other < 0 || history[i].Call > history[other].Call)
                other = i;
        }

        return null;

        bool IsWrite(int i) => cells[i].Effect is CellEffect.Write or CellEffect.Swap;

        TValue? Shown(int i) => cells[i].Effect == CellEffect.Read ? cells[i].Expected : cells[i].Value;

        (List<int>, bool)? CoreOf(int read, int shows, Writers<TInput, TOutput>? of)
        {
            var isInitial = comparer.Equals(cells[read].Expected, model.InitialValue);
            if (of is null && !isInitial)
                return ([read], false);
            var isAlone = of is not { All.Count: > WritersMax }
                && of?.All.TrueForAll(writer => cells[writer].Effect == CellEffect.Write) != false;
            if (isAlone && !isInitial && history[of!.All[0]].Call > history[read].Return)
                return ([of.All[0], read], false);
            if (shows < 0
                || !reachable.Contains(new(cells[read].Expected))
                || of?.Any(history[read].Return, history[shows].Call) == true)
                return null;
            return isAlone && cells[shows].Effect == CellEffect.Write
                ? ([.. of?.All ?? [], shows, read], false)
                : ([shows, read], true);
        }
    }

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

    /// <summary>Calls and returns by time; at equal times calls come first, as intervals are closed.</summary>
    private static List<(long Time, bool IsReturn, int Index)> Events<TInput, TOutput>(
        Operation<TInput, TOutput>[] history)
    {
        var events = new List<(long, bool, int)>(2 * history.Length);
        for (var i = 0; i < history.Length; i++)
        {
            events.Add((history[i].Call, false, i));
            if (history[i].Outcome.IsKnown)
                events.Add((history[i].Return, true, i));
        }

        events.Sort();
        return events;
    }

    /// <summary>The writers of one value, in the order of their calls.</summary>
    private sealed class Writers<TInput, TOutput>
    {
        private readonly List<long> _calls;
        private readonly List<long> _latestReturns = [];

        public Writers(Operation<TInput, TOutput>[] history, IEnumerable<int> writers)
        {
            All = [.. writers.OrderBy(i => history[i].Call)];
            _calls = All.ConvertAll(i => history[i].Call);
            foreach (var i in All)
                _latestReturns.Add(Math.Max(history[i].Return, _latestReturns.LastOrDefault(long.MinValue)));
        }

        public List<int> All { get; }

        /// <summary>Whether any was called up to a moment and returned at another or later.</summary>
        public bool Any(long calledBy, long returnedFrom)
        {
            var at = _calls.BinarySearch(calledBy);
            for (at = at < 0 ? ~at : at + 1; at < _calls.Count && _calls[at] == calledBy;)
                at++;
            return at > 0 && _latestReturns[at - 1] >= returnedFrom;
        }
    }
}
