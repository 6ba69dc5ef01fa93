using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>A session that was opened.</summary>
/// <param name="Client">Its id, for the client's commands.</param>
/// <param name="Timeout">How long it lives unused, in the time that the log carries.</param>
public sealed record KvSession(ClientId Client, TimeSpan Timeout);

/// <summary>
/// Exactly-once for writes (dissertation §6.3): the first result of each write is remembered under ClientId and
/// RequestId until the client acknowledges it. Changed by applied log entries only, and part of the snapshot.
/// </summary>
/// <remarks>
/// <para>
/// A session begins with an entry and ends by the time that entries carry, once it was not used for
/// <see cref="KvLimits.SessionTimeout"/>, or for half of that when there are <see cref="KvLimits.MaxSessions"/> and
/// another client needs one. From then on its id is unknown for ever: a write in it is told
/// <see cref="KvStatus.Expired"/> and not applied, however late it comes. When all sessions are in use, a new client is
/// told <see cref="KvStatus.Busy"/>: were one taken away for it, clients beyond the limit would take each other's.
/// </para>
/// <para>Reads leave no trace: they may be repeated freely, and need no session.</para>
/// </remarks>
internal sealed class ClientSessions(KvLimits limits)
{
    private readonly long _timeoutMs = (long)limits.SessionTimeout.TotalMilliseconds;
    private readonly Dictionary<ClientId, ClientSession> _byClient = [];
    private ClientSession? _oldest;
    private ClientSession? _newest;
    private ulong _sessionsDigest;

    public int Count => _byClient.Count;

    /// <summary>The latest time that an applied command carried.</summary>
    public long NowMs { get; private set; }

    /// <summary>The sessions' share of the state hash.</summary>
    public ulong Digest => StateDigest.Mix(_sessionsDigest, (ulong)NowMs);

    public IEnumerable<ClientSession> OldestFirst
    {
        get
        {
            for (var session = _oldest; session is not null; session = session.Newer) yield return session;
        }
    }

    /// <summary>A command is applied that carries this time: what was not used for too long by then goes.</summary>
    public void Advance(long timeMs)
    {
        // A new leader's clock may be behind the old one's.
        NowMs = Math.Max(NowMs, timeMs);
        while (_oldest is { } session && NowMs - session.LastUsedMs > _timeoutMs) Remove(session);
    }

    /// <summary>Opens a session. Its id is new for ever: no two entries have one index.</summary>
    /// <param name="index">Where the log says so.</param>
    /// <param name="nonce">
    /// Drawn by the client, so that ids tell apart even the clients of a cluster that was set up anew.
    /// </param>
    public KvResult Open(LogIndex index, ClientId nonce)
    {
        if (Count >= limits.MaxSessions && NowMs - _oldest!.LastUsedMs <= _timeoutMs / 2)
            return new KvResult(KvStatus.Busy, null, $"{Count} sessions are in use");
        if (Count >= limits.MaxSessions) Remove(_oldest!);
        var client = new ClientId(StateDigest.Mix(nonce.Value, (ulong)index.Value));
        if (_byClient.ContainsKey(client)) return KvResult.Rejected($"client {client} exists; draw another number");
        var session = new ClientSession(client);
        session.Use(index, NowMs, session.FirstUnacknowledged);
        Add(session);
        return new KvResult(KvStatus.Ok) { Session = new KvSession(client, limits.SessionTimeout) };
    }

    /// <summary>Uses a session without a write.</summary>
    public KvResult KeepAlive(LogIndex index, KvCommand command) =>
        Use(index, command) is null ? Unknown(command) : new KvResult(KvStatus.Ok);

    /// <summary>Decides whether a write runs.</summary>
    /// <returns>
    /// The session to <see cref="Remember"/> the result in, or <see langword="null"/> when the write must not run and
    /// <paramref name="answer"/> holds.
    /// </returns>
    public ClientSession? Admit(LogIndex index, KvCommand command, out KvResult answer)
    {
        var session = Use(index, command);
        if (session is null)
            answer = Unknown(command);
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
        _sessionsDigest -= session.Digest;
        session.Remember(request, result);
        _sessionsDigest += session.Digest;
    }

    /// <summary>Takes over a session from a snapshot, as the one used most recently.</summary>
    public void Add(ClientSession session)
    {
        _byClient.Add(session.Client, session);
        _sessionsDigest += session.Digest;
        Append(session);
    }

    public bool Contains(ClientId client) => _byClient.ContainsKey(client);

    private static KvResult Unknown(KvCommand command) =>
        KvResult.Expired($"client {command.ClientId} has no session, or none any more");

    private ClientSession? Use(LogIndex index, KvCommand command)
    {
        if (!_byClient.TryGetValue(command.ClientId, out var session)) return null;
        _sessionsDigest -= session.Digest;
        session.Use(index, NowMs, command.FirstUnacknowledged);
        _sessionsDigest += session.Digest;
        Detach(session);
        Append(session);
        return session;
    }

    private void Remove(ClientSession session)
    {
        _sessionsDigest -= session.Digest;
        Detach(session);
        _byClient.Remove(session.Client);
    }

    private void Append(ClientSession session)
    {
        (session.Older, session.Newer) = (_newest, null);
        if (_newest is null) _oldest = session;
        else _newest.Newer = session;
        _newest = session;
    }

    private void Detach(ClientSession session)
    {
        if (session.Older is { } older) older.Newer = session.Newer;
        else _oldest = session.Newer;
        if (session.Newer is { } newer) newer.Older = session.Older;
        else _newest = session.Older;
    }
}
