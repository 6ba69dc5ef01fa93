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
    public static bool Exist<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Part part)
    {
        var operations = Array.ConvertAll(part.Source, index => model.OperationOf(history[index]));
        if (Array.Exists(operations, operation => operation.Effect is CellEffect.Append or CellEffect.Beyond))
            return false;
        var values = new Dictionary<ValueTuple<TValue?>, Writers> { [new(model.InitialValue)] = new() };
        values[new(model.InitialValue)].Add(call: -1, @return: -1);
        for (var i = 0; i < operations.Length; i++)
        {
            if (operations[i].Effect is not (CellEffect.Write or CellEffect.Swap))
                continue;
            if (!values.TryGetValue(new(operations[i].Value), out var writers))
                values.Add(new(operations[i].Value), writers = new());
            writers.Add(part.CallAt[i], part.ReturnAt[i]);
        }

        // The write that was called last of all that have returned, and the one of another value before it.
        var (last, other) = (new Latest<TValue>(), new Latest<TValue>());
        var comparer = EqualityComparer<TValue?>.Default;
        var overwrittenAt = new int[operations.Length];
        foreach (var at in part.Events)
        {
            var operation = operations[at < 0 ? ~at : at];
            if (at >= 0)
            {
                overwrittenAt[at] = comparer.Equals(last.Value, operation.Expected) ? other.CallAt : last.CallAt;
                continue;
            }

            if (operation.Effect is CellEffect.Read or CellEffect.Swap
                && !(values.TryGetValue(new(operation.Expected), out var writers)
                    && writers.Any(part.ReturnAt[~at], overwrittenAt[~at])))
            {
                return true;
            }

            if (operation.Effect is not (CellEffect.Write or CellEffect.Swap))
                continue;
            var write = new Latest<TValue> { Value = operation.Value, CallAt = part.CallAt[~at] };
            if (comparer.Equals(write.Value, last.Value))
                last.CallAt = Math.Max(last.CallAt, write.CallAt);
            else if (write.CallAt > last.CallAt)
                (last, other) = (write, last);
            else if (write.CallAt > other.CallAt)
                other = write;
        }

        return false;
    }

    private struct Latest<TValue>()
    {
        public TValue? Value;
        public int CallAt = -1;
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
