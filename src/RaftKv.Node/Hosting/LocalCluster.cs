using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RaftKv.Client;

namespace RaftKv.Node.Hosting;

/// <summary>Node processes on this machine, each with a directory of its own: DIR/node1, DIR/node2 …</summary>
internal sealed class LocalCluster(string clusterId, string directory, int nodes, int firstPort, TextWriter output)
    : IDisposable
{
    /// <summary>The largest cluster on one machine.</summary>
    public const int MaxNodes = 99;

    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(10);
    private readonly string _directory = Path.GetFullPath(directory);
    private readonly List<NodeProcess> _processes = [];

    private string Endpoints => string.Join(',', Enumerable.Range(1, nodes).Select(Address));

    /// <summary>Runs the cluster until it is told to stop or none of its nodes is left.</summary>
    /// <returns>Whether it was told to stop.</returns>
    /// <exception cref="UsageException">
    /// The directory cannot be made, or holds a cluster of another size or name.
    /// </exception>
    /// <exception cref="IOException">An address is in use.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckDirectory();
        for (var id = 1; id <= nodes; id++)
            CheckAddress(Address(id));
        var options = Enumerable.Range(1, nodes).Select(Options).ToArray();
        await PrepareAsync(options);
        output.WriteLine($"cluster {clusterId} in {_directory}");
        var ends = Enumerable.Range(1, nodes).Select(id => WatchAsync(id, Start(id), cancellationToken)).ToArray();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = SayWhenReadyAsync(ended.Token);
        var allEnded = Task.WhenAll(ends);
        await Task.WhenAny(allEnded, Task.Delay(Timeout.Infinite, cancellationToken));
        await ended.CancelAsync();
        await ready;
        if (!cancellationToken.IsCancellationRequested)
        {
            output.WriteLine("none of the nodes that this launcher started is left");
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

    /// <summary>The node's options: those that the launcher decides, and for the others what its file says.</summary>
    private NodeOptions Options(int id)
    {
        var file = ConfigFile(id);
        var options = new NodeOptions { ClusterId = clusterId };
        if (File.Exists(file))
            options = NodeOptionsLoader.FromJson(file);
        if (options.ClusterId != clusterId)
            throw new UsageException(
                $"--data {_directory} holds the cluster '{options.ClusterId}': "
                + $"give --cluster-id {options.ClusterId} or another directory.");
        options.Id = id;
        options.Members = Enumerable.Range(1, nodes).ToDictionary(member => $"{member}", Address);
        options.DataDirectory = Path.Combine(NodeDirectory(id), "data");
        options.LogDirectory = Path.Combine(NodeDirectory(id), "logs");
        return options;
    }

    /// <summary>Writes the options; founds the cluster if there is none.</summary>
    private async Task PrepareAsync(NodeOptions[] options)
    {
        var isNew = !Array.Exists(options, node => Directory.Exists(node.DataDirectory));
        foreach (var node in options)
        {
            var directory = NodeDirectory(node.Id);
            try
            {
                Directory.CreateDirectory(directory);
                await File.WriteAllTextAsync(ConfigFile(node.Id), NodeOptionsLoader.ToJson(node));
                if (isNew)
                    await NodeHost.InitAsync(node);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"--data: cannot write to {directory}: {exception.Message}");
            }
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
        output.WriteLine($"  {CommandLine("serve", "--config", ConfigFile(id))}");
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
        catch (ClerkException exception)
        {
            output.WriteLine(exception.Message);
            return;
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        string[] cluster = clusterId == RaftKvClient.DefaultClusterId ? [] : ["--cluster-id", clusterId];
        output.WriteLine($"ready after {seconds} s; Ctrl+C stops all nodes. In another terminal:");
        foreach (var operation in (string[][])[["put", "greeting", "hello"], ["get", "greeting"], ["demo"]])
            output.WriteLine($"  {CommandLine(["client", "--endpoints", Endpoints, .. cluster, .. operation])}");
    }

    private static string CommandLine(params string[] arguments)
    {
        var program = NodeProcess.Program.Select(part =>
            Path.IsPathRooted(part) ? Path.GetRelativePath(Environment.CurrentDirectory, part) : part);
        return string.Join(' ', program.Concat(arguments).Select(Quote));
    }

    /// <summary>A word as a shell takes it.</summary>
    private static string Quote(string word) =>
        word.All(letter => char.IsLetterOrDigit(letter) || "_-./:,=+@".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void CheckDirectory()
    {
        var here = Enumerable.Range(1, MaxNodes).Where(id => Directory.Exists(NodeDirectory(id))).ToArray();
        if (here.Length == 0)
            return;
        var members = File.Exists(ConfigFile(here[0])) ? NodeOptionsLoader.FromJson(ConfigFile(here[0])).Members : [];
        var before = Math.Max(here[^1], members.Count);
        if (before != nodes)
            throw new UsageException(
                $"--data {_directory} holds a cluster of {before} nodes: give --nodes {before} or another directory.");
        if (here.Length < nodes)
            throw new UsageException(
                $"--data {_directory}: node{Enumerable.Range(1, nodes).Except(here).First()} of {nodes} is missing. "
                + "If it is lost, start the others with `serve --config` and let a new node take its place.");
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
            throw new IOException($"Cannot listen at {address}: {exception.Message}. Give another --port.", exception);
        }
    }
}
