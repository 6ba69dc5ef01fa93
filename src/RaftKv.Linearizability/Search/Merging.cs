namespace RaftKv.Linearizability.Search;

/// <summary>Makes one order of the orders of independent parts.</summary>
internal static class Merging
{
    /// <summary>
    /// Each operation takes effect at the latest call of those up to it in its part: a moment within its interval, as
    /// none of them returned before another in front of it was called.
    /// </summary>
    public static int[] Merge<TInput, TOutput>(
        Operation<TInput, TOutput>[] history, IReadOnlyCollection<IEnumerable<int>> orders)
    {
        var operations = orders.SelectMany(order => order).ToArray();
        var moments = new (long Moment, int Place)[operations.Length];
        var place = 0;
        foreach (var order in orders)
        {
            var moment = long.MinValue;
            foreach (var index in order)
            {
                moment = Math.Max(moment, history[index].Call);
                moments[place] = (moment, place++);
            }
        }

        Array.Sort(moments, operations);
        return operations;
    }
}
