using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// One attempt to connect: a request that crosses the link, an answer that crosses the link back, and whichever comes
/// first of the answer, the time-out and the caller's cancellation.
/// </summary>
internal sealed class ConnectAttempt(NetworkFabric fabric, SimNetwork client, string address) : SimEvent
{
    private readonly TaskCompletionSource<ConnectResult> _outcome = new();
    private CancellationTokenRegistration _cancellation;
    private EventHandle _timeout;
    private Link? _there;
    private Link? _back;
    private Listener? _listener;
    private SimConnection? _clientEnd;
    private SimConnection? _serverEnd;

    private enum Step
    {
        Ask,
        Accept,
        Established,
        Refused,
        TimedOut,
    }

    private Scheduler Scheduler => fabric.Scheduler;

    public ValueTask<ConnectResult> StartAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return new(new ConnectResult(null, "cancelled"));
        _cancellation = cancellationToken.UnsafeRegister(
            static attempt => ((ConnectAttempt)attempt!).Settle(null, "cancelled"), this);
        _timeout = Scheduler.After(fabric.Options.ConnectTimeout, client.Loop, this, (long)Step.TimedOut);
        if (fabric.HostOf(address) is { } host)
        {
            _there = fabric.Link(client.Loop.Index, host);
            _back = fabric.Link(host, client.Loop.Index);
            Scheduler.After(_there.DrawLatency(), null, this, (long)Step.Ask);
        }

        return new ValueTask<ConnectResult>(_outcome.Task);
    }

    public override void Fire(long argument)
    {
        switch ((Step)argument)
        {
            case Step.Ask when _there!.Admit(null, this, argument) == Passage.Free:
                Ask();
                break;
            case Step.Accept:
                if (_listener!.IsOpen) _listener.Accept(_serverEnd!);
                else _serverEnd!.Dispose();
                break;
            case Step.Established when _back!.Admit(client.Loop, this, argument) == Passage.Free:
                if (_outcome.Task.IsCompleted) _clientEnd!.Refuse();
                else Establish();
                break;
            case Step.Refused when _back!.Admit(client.Loop, this, argument) == Passage.Free:
                Settle(null, "refused");
                break;
            case Step.TimedOut:
                Settle(null, "timed out");
                break;
        }
    }

    public override void Discard(long argument)
    {
        if ((Step)argument == Step.Established && fabric.IsHostUp(client.Loop.Index)) _clientEnd!.Refuse();
    }

    /// <summary>The request has reached the peer's host. Its operating system answers, not the node.</summary>
    private void Ask()
    {
        var answerTicks = Scheduler.NowTicks + _back!.DrawLatency().Ticks;
        if (fabric.ListenerAt(address) is { } listener)
        {
            _listener = listener;
            (_clientEnd, _serverEnd) = SimConnection.Pair(fabric, client, listener.Owner, address);
            _serverEnd.Open(answerTicks);
            Scheduler.Enqueue(new Work(listener.Owner.Loop, this, null, (long)Step.Accept));
            Scheduler.At(answerTicks, client.Loop, this, (long)Step.Established);
        }
        else if (fabric.IsHostUp(_there!.To))
        {
            Scheduler.At(answerTicks, client.Loop, this, (long)Step.Refused);
        }
    }

    private void Establish()
    {
        _clientEnd!.Open(Scheduler.NowTicks);
        Settle(_clientEnd, "established");
    }

    private void Settle(IConnection? connection, string how)
    {
        if (_outcome.Task.IsCompleted) return;
        Scheduler.Cancel(_timeout);
        _cancellation.Unregister();
        Scheduler.Record(
            client.Loop, TraceKind.Connection, _there?.To ?? -1, connection is null ? 2 : 1, $"to {address}: {how}");
        _outcome.SetResult(new ConnectResult(connection, connection is null ? how : null));
    }
}
