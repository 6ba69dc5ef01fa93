using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using RaftKv.Client;
using RaftKv.Client.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Platform;

namespace RaftKv.Scenarios.Node;

/// <summary>A loop with a socket network on it.</summary>
internal sealed class SocketHost : IDisposable
{
    public SocketHost(int maxUnsentBytes = 1 << 26, int? highestHandle = null)
    {
        Loop = new LoopThread("socket test", Failures.Enqueue);
        Network = new SocketNetwork(Loop, NullLogger.Instance, maxUnsentBytes, highestHandle);
        Platform = new NodePlatform(Loop, Loop.Timers, Network, null!, new OsEntropy(), NullLoggerFactory.Instance);
    }

    /// <summary>What nothing on the loop has caught.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = [];

    public LoopThread Loop { get; }

    public SocketNetwork Network { get; }

    public NodePlatform Platform { get; }

    /// <summary>Listens at a free port, and not at one that the system might give to a connection afterwards.</summary>
    public Task<string> ListenAsync(Action<IConnection> accept, string host = "127.0.0.1")
    {
        var address = $"{host}:{LoopbackPorts.First(1)}";
        return Loop.RunAsync(() => Task.FromResult(((SocketListener)Network.Listen(address, accept)).LocalAddress));
    }

    public async Task<IConnection?> ConnectAsync(string address) => (await DialAsync(address)).Connection;

    public Task<ConnectResult> DialAsync(string address, CancellationToken cancellationToken = default) =>
        Loop.RunAsync(() => Network.ConnectAsync(address, cancellationToken).AsTask());

    public void Dispose()
    {
        Loop.Dispose();
        Network.Dispose();
    }
}

/// <summary>Collects what a connection delivers.</summary>
internal sealed class Collector : IConnectionHandler
{
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly int _expected;
    private readonly Action<byte[]>? _received;

    public Collector(int expected = int.MaxValue, Action<byte[]>? received = null) =>
        (_expected, _received) = (expected, received);

    /// <summary>The first bytes, once as many have arrived as were expected.</summary>
    public async Task<byte[]> BytesAsync()
    {
        await _complete.Task.WaitAsync(TimeSpan.FromMinutes(3));
        return _bytes.WrittenSpan.ToArray();
    }

    /// <summary>Why the connection closed.</summary>
    public Task<string> ClosedAsync() => _closed.Task.WaitAsync(TimeSpan.FromMinutes(3));

    public void Received(ReadOnlySpan<byte> bytes)
    {
        _received?.Invoke(bytes.ToArray());
        _bytes.Write(bytes);
        if (_bytes.WrittenCount >= _expected)
            _complete.TrySetResult();
    }

    public void Closed(string reason) => _closed.SetResult(reason);
}
