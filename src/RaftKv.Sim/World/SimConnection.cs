using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>One end of a simulated connection. What it does to bytes is told at <see cref="NetworkFabric"/>.</summary>
internal sealed partial class SimConnection : SimEvent, IConnection
{
    private readonly NetworkFabric _fabric;
    private readonly SimNetwork _owner;
    private readonly Link _outgoing;
    private SimConnection _peer = null!;
    private State _state = State.Opening;
    private IConnectionHandler? _handler;

    /// <summary>What arrived before <see cref="Start"/>; null once that has been handed over.</summary>
    private Queue<Packet>? _early = new();
    private string? _closedEarly;

    private SimConnection(NetworkFabric fabric, SimNetwork owner, Link outgoing, string remoteAddress)
    {
        _fabric = fabric;
        _owner = owner;
        _outgoing = outgoing;
        RemoteAddress = remoteAddress;
    }

    private enum State
    {
        Opening,
        Open,
        Closed,
    }

    private enum Occasion
    {
        HandOverEarly,
        HandOverRest,
        Silence,
        Break,
        Broken,
    }

    public string RemoteAddress { get; }

    /// <summary>The peer's host.</summary>
    public int RemoteHost => _outgoing.To;

    private Scheduler Scheduler => _fabric.Scheduler;

    private bool IsOrdered => _fabric.Options.Mode != DeliveryMode.Adversarial;

    /// <summary>Makes both ends of a connection, neither of them open.</summary>
    public static (SimConnection Client, SimConnection Server) Pair(
        NetworkFabric fabric, SimNetwork client, SimNetwork server, string serverAddress)
    {
        var there = fabric.Link(client.Loop.Index, server.Loop.Index);
        var back = fabric.Link(server.Loop.Index, client.Loop.Index);
        var clientEnd = new SimConnection(fabric, client, there, serverAddress);
        var serverEnd = new SimConnection(fabric, server, back, client.Loop.Name);
        clientEnd._peer = serverEnd;
        serverEnd._peer = clientEnd;
        return (clientEnd, serverEnd);
    }

    /// <summary>Opens this end, whose bytes will arrive no sooner than <paramref name="peerOpenTicks"/>.</summary>
    public void Open(long peerOpenTicks)
    {
        _state = State.Open;
        _lastArrivalTicks = peerOpenTicks;
        _owner.Connections.Add(this);
    }

    public void Start(IConnectionHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (_handler is not null) throw new InvalidOperationException("A connection is started once.");
        _handler = handler;
        if (_early!.Count > 0 || _closedEarly is not null)
            Scheduler.Enqueue(new Work(_owner.Loop, this, null, (long)Occasion.HandOverEarly));
        else
            _early = null;
    }

    public void Dispose()
    {
        _handler = null;
        if (_state != State.Open) return;
        SendControl(PacketKind.Close, _sequence);
        Close();
    }

    /// <summary>The owner's process is gone. Its operating system, if that lives, resets the connection.</summary>
    public void Die(bool isPowerLoss)
    {
        if (!isPowerLoss) SendControl(PacketKind.Reset, Packet.OutOfBand);
        Close();
    }

    public override void Fire(long argument)
    {
        switch ((Occasion)argument)
        {
            case Occasion.HandOverEarly:
                HandOverEarly();
                break;
            case Occasion.HandOverRest:
                _isRestScheduled = false;
                HandOverPiece();
                break;
            case Occasion.Silence:
                SendControl(PacketKind.Reset, Packet.OutOfBand);
                End("timed out: the peer is silent");
                break;
            case Occasion.Break:
                LoseTail();
                _peer.LoseTail();
                break;
            case Occasion.Broken:
                End("the connection broke");
                break;
        }
    }

    private void End(string reason)
    {
        if (_state != State.Open) return;
        Close();
        if (_early is not null) _closedEarly = reason;
        else _handler?.Closed(reason);
    }

    private void Close()
    {
        _state = State.Closed;
        _owner.Connections.Remove(this);
        Scheduler.Cancel(_silence);
        Scheduler.Record(_owner.Loop, TraceKind.Connection, _outgoing.To, 0, $"connection to {RemoteAddress} closed");
    }
}
