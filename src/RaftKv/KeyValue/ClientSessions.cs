using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>
/// Exactly-once for writes (dissertation §6.3): the first result of each write is remembered under ClientId and
/// RequestId until the client acknowledges it. Changed by applied log entries only, and part of the snapshot.
/// </summary>
/// <remarks>
/// <para>
/// At most <see cref="KvLimits.MaxSessions"/> sessions; when one more is needed, the one whose last write lies furthest
/// back in the log goes. A client whose session went is told <see cref="KvStatus.Expired"/>: its request acknowledges
/// earlier ones, so it must have had a session. Only a write begun before the client's first answer, which
/// acknowledges nothing, can be taken for a new client's and be applied twice, if that many other clients write
/// between two of its attempts.
/// </para>
/// <para>Reads leave no trace: they may be repeated freely, and need not come through the log for ever.</para>
/// </remarks>
internal sealed class ClientSessions(int maxSessions)
{
    private readonly Dictionary<ClientId, LinkedListNode<ClientSession>> _byClient = [];
    private readonly LinkedList<ClientSession> _leastRecentFirst = new();

    public int Count => _byClient.Count;

    /// <summary>The sessions' share of the state hash.</summary>
    public ulong Digest { get; private set; }

    public IEnumerable<ClientSession> LeastRecentFirst => _leastRecentFirst;

    /// <summary>Decides whether a write runs.</summary>
    /// <returns>
    /// The session to <see cref="Remember"/> the result in, or <see langword="null"/> when the write must not run and
    /// <paramref name="answer"/> holds.
    /// </returns>
    public ClientSession? Admit(LogIndex index, KvCommand command, out KvResult answer)
    {
        var session = Use(index, command);
        if (session is null)
            answer = KvResult.Expired($"client {command.ClientId} did not write for too long; its session is gone");
        else if (command.RequestId.Value < session.FirstUnacknowledged.Value)
            answer = KvResult.Expired(
                $"request {command.RequestId} is acknowledged; the first that is not is {session.FirstUnacknowledged}");
        else if (!session.TryRecall(command.RequestId, out answer))
            return session;
        return null;
    }

    /// <summary>Remembers the first result of an admitted write.</summary>
    public void Remember(ClientSession session, RequestId request, KvResult result)
    {
        Digest -= session.Digest;
        session.Remember(request, result);
        Digest += session.Digest;
    }

    /// <summary>Takes over a session from a snapshot, as the one used most recently.</summary>
    public void Add(ClientSession session)
    {
        _byClient.Add(session.Client, _leastRecentFirst.AddLast(session));
        Digest += session.Digest;
    }

    public bool Contains(ClientId client) => _byClient.ContainsKey(client);

    private ClientSession? Use(LogIndex index, KvCommand command)
    {
        if (_byClient.TryGetValue(command.ClientId, out var node))
        {
            Digest -= node.Value.Digest;
            node.Value.Use(index, command.FirstUnacknowledged);
            Digest += node.Value.Digest;
            _leastRecentFirst.Remove(node);
            _leastRecentFirst.AddLast(node);
            return node.Value;
        }

        if (command.FirstUnacknowledged.Value > 1) return null;
        while (Count >= maxSessions) Evict(_leastRecentFirst.First!);
        var session = new ClientSession(command.ClientId);
        session.Use(index, command.FirstUnacknowledged);
        Add(session);
        return session;
    }

    private void Evict(LinkedListNode<ClientSession> node)
    {
        Digest -= node.Value.Digest;
        _leastRecentFirst.Remove(node);
        _byClient.Remove(node.Value.Client);
    }
}
