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
/// <para>The limits are those that the opening entry carries, so members need not have the same.</para>
/// <para>Reads leave no trace: they may be repeated freely, and need no session.</para>
/// </remarks>
internal sealed class ClientSessions
{
    private readonly Dictionary<ClientId, ClientSession> _byClient = [];
    // Ascending. One, unless servers with other limits have led.
    private readonly List<SessionsByUse> _byTimeout = [];
    private ulong _sessionsDigest;

    public int Count => _byClient.Count;

    /// <summary>The latest time that an applied command carried.</summary>
    public long NowMs { get; private set; }

    /// <summary>The sessions' share of the state hash.</summary>
    public ulong Digest => StateDigest.Mix(_sessionsDigest, (ulong)NowMs);

    /// <summary>The sessions, those with the shortest time-out first.</summary>
    public IReadOnlyList<SessionsByUse> ByTimeout => _byTimeout;

    /// <summary>A command is applied that carries this time: what was not used for too long by then goes.</summary>
    public void Advance(long timeMs)
    {
        // A new leader's clock may be behind the old one's.
        NowMs = Math.Max(NowMs, timeMs);
        for (var i = _byTimeout.Count - 1; i >= 0; i--)
        {
            var sessions = _byTimeout[i];
            while (sessions.Oldest is { } session && NowMs - session.LastUsedMs > session.TimeoutMs) Remove(session);
        }
    }

    /// <summary>Opens a session. Its id is new for ever: no two entries have one index.</summary>
    /// <param name="index">Where the log says so.</param>
    /// <param name="nonce">
    /// Drawn by the client, so that ids tell apart even the clients of a cluster that was set up anew.
    /// </param>
    /// <param name="limits">Those of the server that proposed it.</param>
    public KvResult Open(LogIndex index, ClientId nonce, KvLimits limits)
    {
        if (Count >= limits.MaxSessions)
        {
            if (_byTimeout.Find(CanGo)?.Oldest is not { } unused)
                return new KvResult(KvStatus.Busy, null, $"{Count} sessions are in use");
            Remove(unused);
        }

        var client = new ClientId(StateDigest.Mix(nonce.Value, (ulong)index.Value));
        if (_byClient.ContainsKey(client)) return KvResult.Rejected($"client {client} exists; draw another number");
        var session = new ClientSession(client, (long)limits.SessionTimeout.TotalMilliseconds);
        session.Use(index, NowMs, session.FirstUnacknowledged);
        Add(session);
        return new KvResult(KvStatus.Ok)
        {
            Session = new KvSession(client, TimeSpan.FromMilliseconds(session.TimeoutMs)),
        };

        bool CanGo(SessionsByUse sessions) => NowMs - sessions.Oldest!.LastUsedMs > sessions.TimeoutMs / 2;
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
        With(session.TimeoutMs).Append(session);
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
        var sessions = With(session.TimeoutMs);
        sessions.Detach(session);
        sessions.Append(session);
        return session;
    }

    private void Remove(ClientSession session)
    {
        _sessionsDigest -= session.Digest;
        _byClient.Remove(session.Client);
        var sessions = With(session.TimeoutMs);
        sessions.Detach(session);
        if (sessions.Oldest is null) _byTimeout.Remove(sessions);
    }

    private SessionsByUse With(long timeoutMs)
    {
        var place = 0;
        while (place < _byTimeout.Count && _byTimeout[place].TimeoutMs < timeoutMs) place++;
        if (place == _byTimeout.Count || _byTimeout[place].TimeoutMs > timeoutMs)
            _byTimeout.Insert(place, new SessionsByUse(timeoutMs));
        return _byTimeout[place];
    }
}
