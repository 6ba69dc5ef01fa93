namespace RaftKv.KeyValue;

/// <summary>
/// Sessions with one time-out in the order of their last use, which so is the order in which they end.
/// </summary>
internal sealed class SessionsByUse(long timeoutMs)
{
    private ClientSession? _newest;

    public long TimeoutMs { get; } = timeoutMs;

    public int Count { get; private set; }

    public ClientSession? Oldest { get; private set; }

    public IEnumerable<ClientSession> OldestFirst
    {
        get
        {
            for (var session = Oldest; session is not null; session = session.Newer) yield return session;
        }
    }

    /// <summary>Adds a session as the one used last.</summary>
    public void Append(ClientSession session)
    {
        (session.Older, session.Newer) = (_newest, null);
        if (_newest is null) Oldest = session;
        else _newest.Newer = session;
        _newest = session;
        Count++;
    }

    public void Detach(ClientSession session)
    {
        Count--;
        if (session.Older is { } older) older.Newer = session.Newer;
        else Oldest = session.Newer;
        if (session.Newer is { } newer) newer.Older = session.Older;
        else _newest = session.Older;
    }
}
