using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using RaftKv.Client.Threading;
using RaftKv.Platform;

namespace RaftKv.Client.Sockets;

/// <summary>
/// TCP connections whose callbacks all run on one loop. Used and disposed on that loop, or once it has stopped.
/// </summary>
/// <param name="loop">The loop.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="maxUnsentBytes">Most bytes that wait to be sent on one connection; beyond it, Send refuses.</param>
/// <param name="highestHandle">The highest handle of an accepted connection; by default what the system allows.</param>
internal sealed partial class SocketNetwork(
    LoopThread loop, ILogger logger, int maxUnsentBytes = 64 * 1024 * 1024, int? highestHandle = null)
    : INetwork, IDisposable
{
    /// <summary>Connections waiting to be accepted.</summary>
    private const int Backlog = 128;

    /// <summary>
    /// A peer that acknowledges nothing for this long is dead: the connection closes (TCP_USER_TIMEOUT where there is
    /// one, and keep-alive probes while nothing is sent).
    /// </summary>
    private const int DeadPeerTimeoutSeconds = 10;

    private static readonly TimeSpan _betweenWarnings = TimeSpan.FromSeconds(10);

    private readonly HashSet<IDisposable> _open = [];
    private readonly CancellationTokenSource _disposed = new();
    private long? _warned;
    private long _unwarned;

    /// <inheritdoc/>
    public IDisposable Listen(string address, Action<IConnection> accept)
    {
        Socket? socket = null;
        try
        {
            var endPoint = ResolveLocal(HostPort.Parse(address));
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            var listener = new SocketListener(this, socket, accept);
            _open.Add(listener);
            listener.Start(loop.Timers);
            return listener;
        }
        catch (Exception exception) when (exception is SocketException or FormatException)
        {
            socket?.Dispose();
            throw new IOException($"Cannot listen at {address}: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectResult> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        if (_disposed.IsCancellationRequested)
            return new ConnectResult(null, "the network is closed");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        try
        {
            SocketException? last = null;
            foreach (var endPoint in await HostPort.Parse(address).ResolveAsync(cancellation.Token))
            {
                var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(endPoint, cancellation.Token);
                    cancellation.Token.ThrowIfCancellationRequested();
                    return new ConnectResult(Adopt(socket));
                }
                catch (Exception exception)
                {
                    socket.Dispose();
                    if (exception is not SocketException refused)
                        throw;
                    last = refused;
                }
            }
            return new ConnectResult(null, last?.Message ?? "the name has no addresses");
        }
        catch (Exception exception) when (exception is SocketException or FormatException)
        {
            return new ConnectResult(null, exception.Message);
        }
        catch (OperationCanceledException)
        {
            return new ConnectResult(null, "cancelled");
        }
    }

    /// <summary>Closes every connection and listener.</summary>
    public void Dispose()
    {
        if (_disposed.IsCancellationRequested)
            return;
        _disposed.Cancel();
        foreach (var open in _open.ToArray())
            open.Dispose();
        _disposed.Dispose();
    }

    /// <summary>Whether there are handles left for an accepted connection.</summary>
    internal bool HasRoomFor(Socket accepted) =>
        FileHandles.Of(accepted) <= (highestHandle ?? FileHandles.HighestForConnections);

    /// <summary>Makes a connection of a connected socket.</summary>
    internal SocketConnection Adopt(Socket socket)
    {
        socket.NoDelay = true;
        DetectDeadPeer(socket);
        var connection = new SocketConnection(loop, this, socket, maxUnsentBytes);
        _open.Add(connection);
        return connection;
    }

    internal void Forget(IDisposable closed) => _open.Remove(closed);

    /// <summary>
    /// Warns, but only now and then: while the system is out of handles, every further attempt fails, too.
    /// </summary>
    internal void AcceptFailed(string address, string reason)
    {
        if (_warned is { } warned && loop.Timers.GetElapsedTime(warned) < _betweenWarnings)
        {
            _unwarned++;
            return;
        }

        _warned = loop.Timers.GetTimestamp();
        if (_unwarned == 0)
            LogAcceptFailed(logger, address, reason);
        else
            LogAcceptFailedAgain(logger, address, reason, _unwarned);
        _unwarned = 0;
    }

    private static IPEndPoint ResolveLocal(HostPort address) =>
        IPAddress.TryParse(address.Host, out var ip)
            ? new IPEndPoint(ip, address.Port)
            : new IPEndPoint(Dns.GetHostAddresses(address.Host)[0], address.Port);

    private static void DetectDeadPeer(Socket socket)
    {
        const int linuxTcpUserTimeout = 18;
        const int seconds = DeadPeerTimeoutSeconds / 2;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds / 3);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(
                (int)SocketOptionLevel.Tcp,
                linuxTcpUserTimeout,
                BitConverter.GetBytes(DeadPeerTimeoutSeconds * 1000));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection could not be accepted at {Address}: {Reason}")]
    private static partial void LogAcceptFailed(ILogger logger, string address, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No connections accepted at {Address}: {Reason}; and {Others} more since the last warning")]
    private static partial void LogAcceptFailedAgain(ILogger logger, string address, string reason, long others);
}
