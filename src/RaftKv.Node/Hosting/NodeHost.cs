using Microsoft.Extensions.Logging;
using RaftKv.Node.Disk;
using RaftKv.Node.Sockets;
using RaftKv.Platform;
using RaftKv.Server;

namespace RaftKv.Node.Hosting;

/// <summary>One node of a cluster, on this machine's sockets, files and clock.</summary>
internal sealed class NodeHost : IDisposable
{
    private readonly NodeOptions _options;
    private readonly ILoggerFactory _logging;
    private readonly LoopThread _loop;
    private readonly SocketNetwork _network;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FileDisk? _disk;
    private KvServer? _server;

    private NodeHost(NodeOptions options, ILoggerFactory logging)
    {
        _options = options;
        _logging = logging;
        _loop = new LoopThread($"node{options.Id}", fault => _ended.TrySetResult(fault));
        _network = new SocketNetwork(_loop, logging.CreateLogger("RaftKv.Sockets"), new SocketNetworkOptions());
    }

    /// <summary>Runs a node until it is told to stop or stops because of a fault.</summary>
    /// <returns>Whether it was told to stop.</returns>
    public static async Task<bool> RunAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        using var logging = NodeLogging.Create(options);
        var log = logging.CreateLogger("RaftKv.Node");
        Exception? fault;
        using (var host = new NodeHost(options, logging))
        {
            host._loop.Post(_ => host.StartAsync(log), null);
            await using var stop = cancellationToken.Register(() => host._loop.Post(_ => host.Stop(), null));
            fault = await host._ended.Task;
        }

        if (fault is null)
            NodeLog.Stopped(log);
        else if (fault is IOException)
            NodeLog.StoppedBy(log, fault.Message);
        else
            NodeLog.Fault(log, fault);
        return fault is null;
    }

    public void Dispose()
    {
        _loop.Dispose();
        _network.Dispose();
        _disk?.Dispose();
    }

    private async void StartAsync(ILogger log)
    {
        try
        {
            _disk = new FileDisk(_options.DataDirectory, _loop);
            var options = _options.ToServerOptions();
            _server = await KvServer.StartAsync(
                options, new NodePlatform(_loop, _loop.Timers, _network, _disk, new OsEntropy(), _logging));
            _server.Replica.Failed += fault => _ended.TrySetResult(fault);
            NodeLog.Serving(log, options.Replica.Raft.Id, options.ClusterId, options.Address);
        }
        catch (Exception fault)
        {
            _ended.TrySetResult(fault);
        }
    }

    private void Stop()
    {
        _server?.Dispose();
        _ended.TrySetResult(null);
    }
}
