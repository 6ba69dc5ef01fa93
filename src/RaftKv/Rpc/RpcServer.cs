using Microsoft.Extensions.Logging;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>
/// Listens for peers and clients, lets in whom it knows, and hands what they send to one handler. On the loop only.
/// </summary>
internal sealed class RpcServer : IDisposable
{
    private const int KeptForServers = Configuration.MaxMembers;

    private readonly SortedDictionary<long, RpcServerConnection> _connections = [];
    private readonly IDisposable _listener;
    private long _lastConnection;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public RpcServer(NodePlatform platform, RpcIdentity self, string address, IRpcHandler handler, RpcOptions options)
    {
        (Platform, Self, Handler, Options) = (platform, self, handler, options);
        Logger = platform.Logging.CreateLogger<RpcServer>();
        Refusals = new RefusalLog(Logger, platform.Time);
        Frames = new FrameWriter(options.MaxBodyBytes);
        _listener = platform.Network.Listen(address, Accept);
    }

    internal NodePlatform Platform { get; }

    internal RpcIdentity Self { get; }

    internal IRpcHandler Handler { get; }

    internal RpcOptions Options { get; }

    internal ILogger Logger { get; }

    internal RefusalLog Refusals { get; }

    internal FrameWriter Frames { get; }

    /// <summary>Stops listening and closes every connection.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        var connections = _connections.Values.ToArray();
        _connections.Clear();
        foreach (var connection in connections)
            connection.Dispose();
    }

    /// <summary>Whether the connections that are open leave no room for one more client's.</summary>
    internal bool IsFull => _connections.Count > Options.MaxConnections;

    internal void Forget(long number) => _connections.Remove(number);

    private void Accept(IConnection connection)
    {
        if (_connections.Count >= Options.MaxConnections + KeptForServers)
        {
            Refusals.Add(connection.RemoteAddress, $"{_connections.Count} connections are open");
            connection.Dispose();
            return;
        }
        var number = ++_lastConnection;
        var accepted = new RpcServerConnection(this, connection, number);
        _connections.Add(number, accepted);
        connection.Start(accepted);
    }
}
