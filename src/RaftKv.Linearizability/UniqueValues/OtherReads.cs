using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// Finds room in an order of the chains for the reads that saw that the value was not a certain one (compare-and-sets
/// that failed). Each goes to the first place that its interval allows and where another value holds.
/// </summary>
internal static class OtherReads
{
    /// <summary>The order with the reads in it; null when one finds no room in this order.</summary>
    public static List<int>? Place(Part part, Chains chains, List<int> order)
    {
        // Place p is behind p operations. What comes later must not have returned before a read's call (leastReturn),
        // what comes earlier must not be called after its return (greatestCall).
        var count = order.Count;
        var leastReturn = new int[count + 1];
        var greatestCall = new int[count + 1];
        leastReturn[count] = int.MaxValue;
        greatestCall[0] = -1;
        for (var p = 0; p < count; p++)
            greatestCall[p + 1] = Math.Max(greatestCall[p], part.CallAt[order[p]]);
        for (var p = count; p > 0; p--)
            leastReturn[p - 1] = Math.Min(leastReturn[p], part.ReturnAt[order[p - 1]]);

        var held = Spans(chains, order);
        var placed = new List<(int Place, int Read)>();
        var byReturn = new PriorityQueue<int, int>();
        var notBefore = 0;
        foreach (var (read, node) in chains.ReadsOfOthers)
        {
            while (byReturn.TryPeek(out var place, out var @return) && @return < part.CallAt[read])
            {
                notBefore = Math.Max(notBefore, place);
                byReturn.Dequeue();
            }

            var at = Math.Max(notBefore, FirstPlaceAfter(leastReturn, part.CallAt[read]));
            if (node != Chains.None && held[node].First <= at && at <= held[node].Last)
                at = held[node].Last + 1;
            if (at > count || greatestCall[at] > part.ReturnAt[read])
                return null;
            placed.Add((at, read));
            byReturn.Enqueue(at, part.ReturnAt[read]);
        }

        return Merge(order, placed);
    }

    /// <summary>The first and last place where each value holds; an empty span when it never does.</summary>
    private static (int First, int Last)[] Spans(Chains chains, List<int> order)
    {
        var nodeOf = new Dictionary<int, int>();
        for (var node = 1; node < chains.Writer.Length; node++)
            nodeOf[chains.Writer[node]] = node;
        var spans = new (int First, int Last)[chains.Writer.Length];
        Array.Fill(spans, (0, -1));
        var current = 0;
        spans[0] = (0, order.Count);
        for (var i = 0; i < order.Count; i++)
        {
            if (!nodeOf.TryGetValue(order[i], out var node))
                continue;
            spans[current].Last = i;
            spans[node] = (i + 1, order.Count);
            current = node;
        }

        return spans;
    }

    private static int FirstPlaceAfter(int[] leastReturn, int call)
    {
        var low = 0;
        for (var high = leastReturn.Length - 1; low < high;)
        {
            var middle = (low + high) / 2;
            if (leastReturn[middle] < call)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static List<int> Merge(List<int> order, List<(int Place, int Read)> placed)
    {
        // Stable, and reads come in the order of their calls: those of one place keep it.
        var merged = new List<int>(order.Count + placed.Count);
        var next = 0;
        foreach (var (place, read) in placed.OrderBy(read => read.Place))
        {
            for (; next < place; next++)
                merged.Add(order[next]);
            merged.Add(read);
        }

        merged.AddRange(order.Skip(next));
        return merged;
    }
}
