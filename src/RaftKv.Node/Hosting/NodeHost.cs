using Microsoft.Extensions.Logging;
using RaftKv.Server;
using RaftKv.Storage;

namespace RaftKv.Node.Hosting;

/// <summary>One node of a cluster, on this machine's sockets, files and clock.</summary>
internal sealed class NodeHost : IDisposable
{
    private const string WhatIfLost =
        "If this node has run before and its data is lost, so is what it promised to keep: remove it from the cluster, "
        + "and let it join again under a new id.";

    private const string HowToBegin =
        "A new cluster is founded with `init`, a new node joins one with `serve --join`.";

    private readonly NodeOptions _options;
    private readonly LocalMachine _machine;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KvServer? _server;

    private NodeHost(NodeOptions options, ILoggerFactory logging)
    {
        _options = options;
        _machine = new LocalMachine(
            $"node{options.Id}", options.DataDirectory, logging, fault => _ended.TrySetResult(fault));
    }

    /// <summary>Founds a cluster: makes the node's data directory, with the first configuration in it.</summary>
    /// <exception cref="UsageException">There is data already.</exception>
    public static async Task InitAsync(NodeOptions options)
    {
        var directory = options.DataDirectory;
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new UsageException($"DataDirectory {directory} is not empty.");
        using var machine = new LocalMachine("init", directory);
        await machine.RunAsync(async platform =>
        {
            var server = options.ToServerOptions();
            await ReplicaServer.FoundAsync(
                server.ClusterId, server.Replica.Raft.Id, options.Founders(), server.Storage, platform.Disk);
            return true;
        });
    }

    /// <summary>Runs a node until it is told to stop or stops because of a fault.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="joins">Whether it is new, and its data directory empty.</param>
    /// <param name="cancellationToken">Tells it to stop.</param>
    /// <returns>Why it stopped by itself; <see langword="null"/>: it was told to.</returns>
    /// <exception cref="UsageException">There is no data to go on with, and nothing is made.</exception>
    public static async Task<Exception?> RunAsync(NodeOptions options, bool joins, CancellationToken cancellationToken)
    {
        var directory = options.DataDirectory;
        if (!joins && !Directory.Exists(directory))
            throw new UsageException($"DataDirectory {directory} is not there. {WhatIfLost} {HowToBegin}");
        if (!joins && !Directory.EnumerateFileSystemEntries(directory).Any())
            throw new UsageException($"DataDirectory {directory} is empty. {WhatIfLost} {HowToBegin}");
        using var logging = NodeLogging.Create(options);
        var log = logging.CreateLogger("RaftKv.Node");
        Exception? fault;
        try
        {
            using var host = new NodeHost(options, logging);
            var loop = host._machine.Platform.Loop;
            loop.Post(_ => host.StartAsync(joins, log), null);
            await using var stop = cancellationToken.Register(() => loop.Post(_ => host.StopAsync(), null));
            fault = await host._ended.Task;
        }
        catch (IOException failure)
        {
            fault = failure;
        }

        if (fault is null)
            NodeLog.Stopped(log);
        else if (fault is MissingStorageException)
            NodeLog.StoppedBy(log, $"{directory}: {fault.Message} {HowToBegin}");
        else if (fault is CorruptStorageException or ForeignStorageException)
            NodeLog.StoppedBy(log, $"{directory}: {fault.Message}");
        else if (fault is IOException)
            NodeLog.StoppedBy(log, fault.Message);
        else
            NodeLog.Fault(log, fault);
        return fault;
    }

    public void Dispose() => _machine.Dispose();

    private async void StartAsync(bool joins, ILogger log)
    {
        try
        {
            var options = _options.ToServerOptions(joins);
            _server = await KvServer.StartAsync(options, _machine.Platform);
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
