using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RaftKv.Node.Hosting;

/// <summary>Node processes on this machine, each with a directory of its own: DIR/node1, DIR/node2 …</summary>
internal sealed class LocalCluster(string clusterId, string directory, int nodes, int firstPort, TextWriter output)
    : IDisposable
{
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(10);
    private readonly string _directory = Path.GetFullPath(directory);
    private readonly List<NodeProcess> _processes = [];

    private string Endpoints => string.Join(',', Enumerable.Range(1, nodes).Select(Address));

    /// <summary>Runs the cluster until it is told to stop or no node is left.</summary>
    /// <returns>Whether it was told to stop.</returns>
    /// <exception cref="UsageException">
    /// The directory holds a cluster of another size, or an address is in use.
    /// </exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckDirectory();
        for (var id = 1; id <= nodes; id++)
            CheckAddress(Address(id));
        output.WriteLine($"cluster {clusterId} in {_directory}");
        await PrepareAsync();
        var ends = Enumerable.Range(1, nodes).Select(id => WatchAsync(id, Start(id), cancellationToken)).ToArray();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = SayWhenReadyAsync(ended.Token);
        var allEnded = Task.WhenAll(ends);
        await Task.WhenAny(allEnded, Task.Delay(Timeout.Infinite, cancellationToken));
        await ended.CancelAsync();
        await ready;
        if (!cancellationToken.IsCancellationRequested)
        {
            output.WriteLine("no node is left");
            return false;
        }

        output.WriteLine("stopping");
        foreach (var process in _processes)
            process.RequestStop();
        await Task.WhenAny(allEnded, Task.Delay(_stopTimeout, CancellationToken.None));
        return true;
    }

    /// <summary>Kills what still runs.</summary>
    public void Dispose() => _processes.ForEach(process => process.Dispose());

    private string Address(int id) => $"127.0.0.1:{firstPort + id - 1}";

    private string NodeDirectory(int id) => Path.Combine(_directory, $"node{id}");

    private string ConfigFile(int id) => Path.Combine(NodeDirectory(id), "node.json");

    private NodeOptions Options(int id) => new()
    {
        Id = id,
        ClusterId = clusterId,
        Members = Enumerable.Range(1, nodes).ToDictionary(member => $"{member}", Address),
        DataDirectory = Path.Combine(NodeDirectory(id), "data"),
        LogDirectory = Path.Combine(NodeDirectory(id), "logs"),
    };

    /// <summary>Writes the options; founds the cluster if there is none.</summary>
    private async Task PrepareAsync()
    {
        var isNew = !Enumerable.Range(1, nodes).Any(id => Directory.Exists(Options(id).DataDirectory));
        for (var id = 1; id <= nodes; id++)
        {
            Directory.CreateDirectory(NodeDirectory(id));
            File.WriteAllText(ConfigFile(id), NodeOptionsLoader.ToJson(Options(id)));
            if (isNew)
                await NodeHost.InitAsync(Options(id));
        }
    }

    private NodeProcess Start(int id)
    {
        var process = NodeProcess.Start(ConfigFile(id), line => output.WriteLine($"node{id} | {line}"));
        _processes.Add(process);
        output.WriteLine($"node{id}  {Address(id)}  {NodeDirectory(id)}  process {process.Id}");
        return process;
    }

    private async Task WatchAsync(int id, NodeProcess process, CancellationToken stopping)
    {
        var end = await process.WaitAsync();
        if (stopping.IsCancellationRequested)
            return;
        output.WriteLine($"node{id} (process {process.Id}) {end}. To start it again, in another terminal:");
        output.WriteLine($"  {CommandLine($"serve --config {ConfigFile(id)}")}");
    }

    private async Task SayWhenReadyAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await using var clerk = RaftKvClient.Connect(RaftKvClient.Options(Endpoints, clusterId) with
            {
                OperationTimeout = Timeout.InfiniteTimeSpan,
            });
            await clerk.GetAsync("ready", cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var cluster = clusterId == RaftKvClient.DefaultClusterId ? "" : $" --cluster {clusterId}";
        output.WriteLine($"ready after {seconds} s; Ctrl+C stops all nodes. In another terminal:");
        foreach (var operation in (string[])["put greeting hello", "get greeting", "demo"])
            output.WriteLine($"  {CommandLine($"client --endpoints {Endpoints}{cluster} {operation}")}");
    }

    private static string CommandLine(string arguments)
    {
        var program = NodeProcess.Program.Select(part =>
            Path.IsPathRooted(part) ? Path.GetRelativePath(Environment.CurrentDirectory, part) : part);
        return $"{string.Join(' ', program)} {arguments}";
    }

    private void CheckDirectory()
    {
        if (!Directory.Exists(_directory))
            return;
        var before = Directory.EnumerateDirectories(_directory, "node*").Count();
        if (before > 0 && before != nodes)
            throw new UsageException(
                $"--data {_directory} holds a cluster of {before} nodes: give --nodes {before} or another directory.");
    }

    private static void CheckAddress(string address)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(IPEndPoint.Parse(address));
        }
        catch (SocketException exception)
        {
            throw new UsageException($"Cannot listen at {address}: {exception.Message}. Give another --port.");
        }
    }
}
