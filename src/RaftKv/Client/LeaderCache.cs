namespace RaftKv.Client;

/// <summary>Which server to ask: the one that answered last, the one it named, or the next in turn.</summary>
internal sealed class LeaderCache(KnownServers servers)
{
    private int _turn;

    /// <summary>The address to try.</summary>
    public string Current { get; private set; } = servers.Addresses[0];

    /// <summary>
    /// The server at <paramref name="from"/> was of no use: take the one it named as leader, else the next in turn.
    /// Does nothing when another call has moved on from it already.
    /// </summary>
    public void MoveOn(string from, string? named)
    {
        if (from != Current) return;
        var endpoints = servers.Addresses;
        if (named is null || named == from)
        {
            _turn = (_turn + 1) % endpoints.Count;
            Current = endpoints[_turn];
            return;
        }

        // The turn stays where it is: two servers that know no better name each other for ever.
        Current = named;
    }
}
