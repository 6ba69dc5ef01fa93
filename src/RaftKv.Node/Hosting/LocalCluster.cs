using System.Diagnostics;
using System.Globalization;
using RaftKv.Client;

namespace RaftKv.Node.Hosting;

/// <summary>Node processes on this machine, each with a directory of its own.</summary>
internal sealed class LocalCluster(string clusterId, ClusterDirectory directory, TextWriter output) : IDisposable
{
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(10);
    private readonly List<NodeProcess> _processes = [];

    /// <summary>Runs the cluster until it is told to stop or none of its nodes is left.</summary>
    /// <returns>Whether it was told to stop.</returns>
    /// <exception cref="UsageException">The directory cannot be used, or not so.</exception>
    /// <exception cref="IOException">An address, or the data of a node, is in use.</exception>
    public async Task<bool> RunAsync(int? nodes, int? firstPort, CancellationToken cancellationToken)
    {
        var members = await directory.PrepareAsync(nodes, firstPort);
        output.WriteLine($"cluster {clusterId} in {directory.FullPath}");
        var ends = members.Select(node => WatchAsync(node.Id, Start(node), cancellationToken)).ToArray();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var endpoints = string.Join(',', members.Select(Address));
        var ready = SayWhenReadyAsync(endpoints, ended.Token);
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

    private static string Address(NodeOptions node) => node.Members[$"{node.Id}"];

    private NodeProcess Start(NodeOptions node)
    {
        var process = NodeProcess.Start(
            directory.ConfigFile(node.Id), line => output.WriteLine($"node{node.Id} | {line}"));
        _processes.Add(process);
        output.WriteLine(
            $"node{node.Id}  {Address(node)}  {directory.NodeDirectory(node.Id)}  process {process.Id}");
        return process;
    }

    private async Task WatchAsync(int id, NodeProcess process, CancellationToken stopping)
    {
        var end = await process.WaitAsync();
        if (stopping.IsCancellationRequested)
            return;
        output.WriteLine($"node{id} (process {process.Id}) {end}. To start it again, in another terminal:");
        output.WriteLine($"  {CommandLine("serve", "--config", directory.ConfigFile(id))}");
    }

    private async Task SayWhenReadyAsync(string endpoints, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await using var clerk = RaftKvClient.Connect(RaftKvClient.Options(endpoints, clusterId) with
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
            output.WriteLine($"  {CommandLine(["client", "--endpoints", endpoints, .. cluster, .. operation])}");
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
}
