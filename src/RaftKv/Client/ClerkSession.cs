using RaftKv.KeyValue;

namespace RaftKv.Client;

/// <summary>
/// A Clerk's side of a <see cref="ClientSessions">session</see>: numbers requests, acknowledges answers.
/// </summary>
internal sealed class ClerkSession(ClientId client, int maxPending)
{
    // Ascending.
    private readonly List<RequestId> _writes = [];
    private ulong _last;
    private bool _isKnown;

    /// <summary>
    /// Whether the next request would be further ahead of the first unacknowledged one than a server remembers results.
    /// </summary>
    public bool IsFull => _last + 1 - FirstUnacknowledged.Value >= (ulong)maxPending;

    // A server opens a session for a write that acknowledges nothing; one that does must come from a client whose
    // session
    // it dropped. So nothing is acknowledged before a write is answered. Reads open no session and do not count.
    private RequestId FirstUnacknowledged =>
        !_isKnown ? new RequestId(1) : _writes.Count > 0 ? _writes[0] : new RequestId(_last + 1);

    /// <summary>Makes the command of a new request. Every attempt sends this same one.</summary>
    public KvCommand Begin(ClerkOperation operation)
    {
        var first = FirstUnacknowledged;
        var request = new RequestId(++_last);
        if (!operation.Request.IsReadOnly) _writes.Add(request);
        return new KvCommand(operation.Request, client, request, first) { Consistency = operation.Consistency };
    }

    /// <summary>The request needs no answer any more: it has one, or its caller was told not to expect one.</summary>
    public void End(KvCommand command, bool applied)
    {
        if (_writes.Remove(command.RequestId)) _isKnown |= applied;
    }
}
