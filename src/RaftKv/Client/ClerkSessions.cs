namespace RaftKv.Client;

/// <summary>
/// The session for new writes. A full or forgotten one is left to the requests it has. When there is none, one caller
/// opens another and the rest wait for it.
/// </summary>
internal sealed class ClerkSessions
{
    private List<TaskCompletionSource> _waiting = [];
    private ClerkSession? _current;

    /// <summary>The session, or <see langword="null"/> when one must be opened.</summary>
    public ClerkSession? Current => _current is { IsFull: false } ? _current : null;

    /// <summary>Whether someone is opening one.</summary>
    public bool IsOpening { get; private set; }

    /// <summary>The caller opens one, until <see cref="EndOpening"/>.</summary>
    public void BeginOpening() => IsOpening = true;

    /// <summary>The caller has opened a session or given up: those that wait look again.</summary>
    public void EndOpening(ClerkSession? opened)
    {
        IsOpening = false;
        _current = opened ?? _current;
        var waiting = _waiting;
        _waiting = [];
        foreach (var one in waiting) one.TrySetResult();
    }

    /// <summary>Completes when the opening ends.</summary>
    public TaskCompletionSource OpeningEnds()
    {
        var one = new TaskCompletionSource();
        _waiting.Add(one);
        return one;
    }

    /// <summary>The cluster has forgotten this session.</summary>
    public void Retire(ClerkSession session)
    {
        if (_current == session) _current = null;
    }

    /// <summary>Whether a session is of use: new writes go to it, or some are under way in it.</summary>
    public bool Needs(ClerkSession session) => session == _current || session.IsPending;
}
