using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using RaftKv.Client;
using RaftKv.Client.Sockets;
using RaftKv.Client.Threading;
using RaftKv.Node.Disk;
using RaftKv.Platform;
using RaftKv.Server;
using RaftKv.Storage;

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

    /// <summary>Founds a cluster: makes the node's data directory, with the first configuration in it.</summary>
    /// <exception cref="UsageException">There is data already.</exception>
    public static async Task InitAsync(NodeOptions options)
    {
        var directory = options.DataDirectory;
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new UsageException($"DataDirectory {directory} is not empty.");
        var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new LoopThread("init", fault => done.TrySetResult(fault));
        using var disk = new FileDisk(options.DataDirectory, loop);
        loop.Post(
            async void (_) =>
            {
                try
                {
                    var server = options.ToServerOptions();
                    var identity = new StorageIdentity(server.ClusterId, server.Replica.Raft.Id);
                    var founding = FirstStart.Founds(options.Founders());
                    (await Persister.OpenAsync(disk, server.Storage, identity, founding)).Persister.Dispose();
                    done.SetResult(null);
                }
                catch (Exception fault)
                {
                    done.TrySetResult(fault);
                }
            },
            null);
        if (await done.Task is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Runs a node until it is told to stop or stops because of a fault.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="joins">Whether it is new, and its data directory empty.</param>
    /// <param name="cancellationToken">Tells it to stop.</param>
    /// <returns>Whether it was told to stop.</returns>
    public static async Task<bool> RunAsync(NodeOptions options, bool joins, CancellationToken cancellationToken)
    {
        using var logging = NodeLogging.Create(options);
        var log = logging.CreateLogger("RaftKv.Node");
        Exception? fault;
        using (var host = new NodeHost(options, logging))
        {
            host._loop.Post(_ => host.StartAsync(joins, log), null);
            await using var stop = cancellationToken.Register(() => host._loop.Post(_ => host.StopAsync(), null));
            fault = await host._ended.Task;
        }

        if (fault is null)
            NodeLog.Stopped(log);
        else if (fault is MissingStorageException)
            NodeLog.StoppedBy(log, $"{options.DataDirectory}: {fault.Message} A new cluster is founded with `init`, "
                + "a new node joins one with `serve --join`.");
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

    private async void StartAsync(bool joins, ILogger log)
    {
        try
        {
            _disk = new FileDisk(_options.DataDirectory, _loop);
            var options = _options.ToServerOptions(joins);
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

    private async void StopAsync()
    {
        try
        {
            if (_server is not null)
                await _server.StopAsync();
            _ended.TrySetResult(null);
        }
        catch (Exception fault)
        {
            _ended.TrySetResult(fault);
        }
    }
}
