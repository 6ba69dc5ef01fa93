using RaftKv.Platform;

namespace RaftKv.Scenarios.Rpc;

/// <summary>
/// Connections in memory. Writes lie in flight until <see cref="Deliver"/>, where a test can look at and change them.
/// </summary>
internal sealed class MemoryNetwork : INetwork
{
    private readonly Dictionary<string, Action<IConnection>> _listeners = [];

    public List<MemoryConnection> Dialled { get; } = [];

    public int Dials { get; private set; }

    /// <summary>When set, dials wait for it to say whether they succeed.</summary>
    public TaskCompletionSource<bool>? Held { get; set; }

    public IDisposable Listen(string address, Action<IConnection> accept)
    {
        _listeners.Add(address, accept);
        return new Listening(() => _listeners.Remove(address));
    }

    public async ValueTask<ConnectResult> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        Dials++;
        if (Held is { } held)
        {
            using var cancelled = cancellationToken.Register(() => held.TrySetResult(false));
            if (!await held.Task)
                return new ConnectResult(null, "held");
        }
        if (!_listeners.TryGetValue(address, out var accept))
            return new ConnectResult(null, "nobody listens");
        var (near, far) = (new MemoryConnection(address), new MemoryConnection("dialler"));
        (near.Other, far.Other) = (far, near);
        Dialled.Add(near);
        accept(far);
        return new ConnectResult(near);
    }

    /// <summary>Delivers what is in flight, in both directions, until nothing is left.</summary>
    public void Deliver()
    {
        bool delivered;
        do
        {
            delivered = false;
            foreach (var connection in Dialled.ToArray())
                delivered |= connection.DeliverOne() | connection.Other.DeliverOne();
        }
        while (delivered);
    }

    private sealed class Listening(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}

/// <summary>One end of a connection.</summary>
internal sealed class MemoryConnection(string remote) : IConnection
{
    private IConnectionHandler? _handler;

    public MemoryConnection Other { get; set; } = null!;

    /// <summary>Writes to this end that have not been received.</summary>
    public List<byte[]> Inbound { get; } = [];

    public bool IsClosed { get; private set; }

    public bool IsFull { get; set; }

    public string? ClosedReason { get; private set; }

    public string RemoteAddress => remote;

    public void Start(IConnectionHandler handler) => _handler = handler;

    public bool Send(ReadOnlySpan<byte> frames)
    {
        if (IsClosed || IsFull)
            return false;
        Other.Inbound.Add(frames.ToArray());
        return true;
    }

    public bool DeliverOne()
    {
        if (_handler is null || IsClosed)
            return false;
        if (Inbound.Count == 0)
        {
            if (Other.IsClosed)
                Break("the peer closed the connection");
            return false;
        }
        var bytes = Inbound[0];
        Inbound.RemoveAt(0);
        _handler.Received(bytes);
        return true;
    }

    /// <summary>Both ends learn that the connection is gone.</summary>
    public void Break(string reason)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        ClosedReason = reason;
        _handler?.Closed(reason);
        Other.Break(reason);
    }

    public void Dispose() => IsClosed = true;
}
