namespace RaftKv.Client;

/// <summary>Which server to ask: the one that answered last, the one it named, or the next in turn.</summary>
internal sealed class LeaderCache(IReadOnlyList<string> endpoints)
{
    private int _turn;

    /// <summary>The address to try.</summary>
    public string Current { get; private set; } = endpoints[0];

    /// <summary>
    /// The server at <paramref name="from"/> was of no use: take the one it named as leader, else the next in turn.
    /// Does nothing when another call has moved on from it already.
    /// </summary>
    public void MoveOn(string from, string? named)
    {
        if (from != Current) return;
        if (named is null || named == from)
        {
            _turn = (_turn + 1) % endpoints.Count;
            Current = endpoints[_turn];
            return;
        }

        Current = named;
        for (var i = 0; i < endpoints.Count; i++)
            if (endpoints[i] == named)
                _turn = i;
    }
}
