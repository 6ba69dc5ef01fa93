using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// Looks for a read whose value nobody can have written since another value was certainly there, in a cell that no
/// operation appends to. Values may repeat. It takes the time of sorting, where a search may take any; what it does not
/// find may still be illegal.
/// </summary>
internal static class StaleReads
{
    private const int None = -1;

    public static StaleRead? Find<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Part part)
    {
        var cells = Array.ConvertAll(part.Source, index => model.OperationOf(history[index]));
        if (Array.Exists(cells, cell => cell.Effect is CellEffect.Append or CellEffect.Beyond))
            return null;
        var writers = new Dictionary<ValueTuple<TValue?>, Writers> { [new(model.InitialValue)] = new() };
        writers[new(model.InitialValue)].Add(call: None, @return: None);
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Effect is not (CellEffect.Write or CellEffect.Swap))
                continue;
            if (!writers.TryGetValue(new(cells[i].Value), out var some))
                writers.Add(new(cells[i].Value), some = new());
            some.Add(part.CallAt[i], part.ReturnAt[i]);
        }

        // Of what has returned and shows a value the one that was called last, and the last one of another value.
        var (last, other) = (None, None);
        var comparer = EqualityComparer<TValue?>.Default;
        var between = new int[cells.Length];
        foreach (var at in part.Events)
        {
            var i = at < 0 ? ~at : at;
            var (effect, expected, _) = cells[i];
            if (at >= 0)
            {
                between[i] = last != None && comparer.Equals(Shown(last), expected) ? other : last;
                continue;
            }

            if (effect is CellEffect.Read or CellEffect.Swap
                && !(writers.TryGetValue(new(expected), out var some)
                    && some.Any(part.ReturnAt[i], CallAt(between[i]))))
            {
                return new StaleRead(i, between[i]);
            }

            if (effect is not (CellEffect.Read or CellEffect.Write or CellEffect.Swap))
                continue;
            if (last != None && comparer.Equals(Shown(last), Shown(i)))
                last = i > last ? i : last;
            else if (i > last)
                (last, other) = (i, last);
            else if (i > other)
                other = i;
        }

        return null;

        TValue? Shown(int i) => cells[i].Effect == CellEffect.Read ? cells[i].Expected : cells[i].Value;

        int CallAt(int i) => i == None ? None : part.CallAt[i];
    }

    /// <summary>The writers of one value, in the order of their calls.</summary>
    private sealed class Writers
    {
        private readonly List<int> _calls = [];
        private readonly List<int> _latestReturns = [];

        public void Add(int call, int @return)
        {
            _latestReturns.Add(_calls.Count == 0 ? @return : Math.Max(@return, _latestReturns[^1]));
            _calls.Add(call);
        }

        /// <summary>Whether any was called before a moment and had not returned before another.</summary>
        public bool Any(int calledBefore, int returnedAfter)
        {
            var at = _calls.BinarySearch(calledBefore);
            at = at < 0 ? ~at : at;
            return at > 0 && _latestReturns[at - 1] >= returnedAfter;
        }
    }
}
