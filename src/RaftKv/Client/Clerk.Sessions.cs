using RaftKv.KeyValue;

namespace RaftKv.Client;

// Sessions: opened when a write needs one, kept while the Clerk lives.
public sealed partial class Clerk
{
    /// <returns>A session for a write, or <see langword="null"/> when the effort is over.</returns>
    private async Task<ClerkSession?> SessionAsync(Effort effort)
    {
        while (!effort.IsOver)
        {
            if (_sessions.Current is { } session)
                return session;
            if (_sessions.IsOpening)
                await effort.WaitAsync(_sessions.OpeningEnds());
            else
                await OpenSessionAsync(effort);
        }

        return null;
    }

    private async Task OpenSessionAsync(Effort effort)
    {
        _sessions.BeginOpening();
        ClerkSession? opened = null;
        try
        {
            // An opening that is repeated opens two; the other one expires.
            var nonce = new ClientId(_platform.Entropy.NextUInt64());
            var (reply, _) = await SettleAsync(new KvCommand(KvRequest.OpenSession, nonce, _one, _one), effort);
            if (reply?.Result.Session is { } session)
                opened = new ClerkSession(session, _options.MaxPendingPerSession);
            else if (reply is { } refused)
                throw new KvRejectedException($"A session was rejected: {refused.Detail}.");
        }
        finally
        {
            _sessions.EndOpening(opened);
        }

        if (opened is not null)
            _ = KeepAliveAsync(opened);
    }

    /// <summary>Uses a session three times in its time-out, while it is needed.</summary>
    private async Task KeepAliveAsync(ClerkSession session)
    {
        var interval = session.Timeout / 3;
        try
        {
            while (true)
            {
                await Task.Delay(interval, _platform.Time, _closing.Token);
                if (!_sessions.Needs(session))
                    return;
                if (session.WasUsed())
                    continue;
                var effort = new Effort(_platform, _options, _servers, null, interval, _closing.Token);
                var (reply, _) = await SettleAsync(session.KeepAlive(), effort);
                if (reply?.Status != KvStatus.Expired)
                    continue;
                _sessions.Retire(session);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The Clerk was disposed. The session expires.
        }
    }
}
