namespace RaftKv.Consensus;

/// <summary>What a majority of the voters agrees on.</summary>
internal static class Quorum
{
    /// <summary>The smallest number of voters of which any two groups share a member.</summary>
    public static int Majority(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The highest position that a majority has reached; <paramref name="positions"/> holds one for each voter and is
    /// sorted by the call.
    /// </summary>
    public static LogIndex Reached(Span<LogIndex> positions)
    {
        positions.Sort();
        return positions[^Majority(positions.Length)];
    }
}
