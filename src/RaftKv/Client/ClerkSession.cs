using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>
/// A Clerk's side of a <see cref="ClientSessions">session</see>: numbers requests, acknowledges answers.
/// </summary>
internal sealed class ClerkSession(KvSession session, int maxPending)
{
    // Ascending.
    private readonly List<RequestId> _pending = [];
    private ulong _last;
    private bool _used;

    /// <summary>How long the cluster keeps the session when it is not used.</summary>
    public TimeSpan Timeout => session.Timeout;

    /// <summary>
    /// Whether the next request would be further ahead of the first unacknowledged one than a server remembers results.
    /// </summary>
    public bool IsFull => _last + 1 - FirstUnacknowledged.Value >= (ulong)maxPending;

    /// <summary>Whether a request is under way.</summary>
    public bool IsPending => _pending.Count > 0;

    private RequestId FirstUnacknowledged => _pending.Count > 0 ? _pending[0] : new RequestId(_last + 1);

    /// <summary>Makes the command of a new request. Every attempt sends this same one.</summary>
    public KvCommand Begin(KvRequest request)
    {
        var number = new RequestId(++_last);
        _pending.Add(number);
        return new KvCommand(request, session.Client, number, FirstUnacknowledged);
    }

    /// <summary>The request needs no answer any more: it has one, or its caller was told not to expect one.</summary>
    public void End(KvCommand command, bool answered)
    {
        _pending.Remove(command.RequestId);
        _used |= answered;
    }

    /// <summary>Whether a request was answered since this was last asked.</summary>
    public bool WasUsed()
    {
        var used = _used;
        _used = false;
        return used;
    }

    /// <summary>Makes a command that only keeps the session, and acknowledges answers.</summary>
    public KvCommand KeepAlive() =>
        new(KvRequest.KeepAlive, session.Client, FirstUnacknowledged, FirstUnacknowledged);
}
