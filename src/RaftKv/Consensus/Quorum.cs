namespace RaftKv.Consensus;

/// <summary>What a majority of the voters agrees on.</summary>
internal static class Quorum
{
    /// <summary>The smallest number of voters of which any two groups share a member.</summary>
    public static int Majority(int voters) => (voters / 2) + 1;

    /// <summary>The highest value that a majority of these voters has reached; the lowest of all without any.</summary>
    public static long Reached(ReadOnlySpan<NodeId> voters, Func<NodeId, long> valueOf)
    {
        if (voters.IsEmpty)
            return long.MinValue;
        Span<long> values = stackalloc long[voters.Length];
        // Sorted as they come: they are few.
        for (var count = 0; count < voters.Length; count++)
        {
            var value = valueOf(voters[count]);
            var place = count;
            for (; place > 0 && values[place - 1] > value; place--)
                values[place] = values[place - 1];
            values[place] = value;
        }

        return values[^Majority(values.Length)];
    }
}
