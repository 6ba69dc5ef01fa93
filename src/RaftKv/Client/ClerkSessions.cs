using RaftKv.KeyValue;
using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>The session for new requests. A full or forgotten one is left to the requests it has.</summary>
internal sealed class ClerkSessions(IEntropy entropy, int maxPending)
{
    private ClerkSession? _current;

    public ClerkSession Current
    {
        get
        {
            if (_current is null || _current.IsFull)
                _current = new ClerkSession(new ClientId(entropy.NextUInt64()), maxPending);
            return _current;
        }
    }

    /// <summary>The cluster has forgotten this session.</summary>
    public void Retire(ClerkSession session)
    {
        if (_current == session) _current = null;
    }
}
