using System.Net;
using System.Net.Sockets;
using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class ServeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _address = $"127.0.0.1:{LoopbackPorts.First(1)}";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_node_stops_in_good_order_and_logs_to_its_file()
    {
        Assert.Equal(0, await InitAsync());
        using (var node = Serve(1))
        {
            await node.PrintsAsync("n1 is Leader");
            Assert.Equal(0, await node.EndAsync());
        }

        var log = string.Concat(Directory.GetFiles(_directory.File("logs")).Order().Select(File.ReadAllText));
        Assert.Contains($"n1 of cluster raftkv serves at {_address}", log, StringComparison.Ordinal);
        Assert.Contains("stopped as asked", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "raftkv")]
    [InlineData(1, "other")]
    public async Task A_directory_of_another_node_is_wrong_usage(int id, string cluster)
    {
        Assert.Equal(0, await InitAsync());
        using var stranger = Serve(id, "--cluster-id", cluster);
        Assert.Equal(2, await stranger.ExitCodeAsync());
        Assert.Contains(
            $"FTL stopped: {_directory.File("data")}: wal-", stranger.Output, StringComparison.Ordinal);
        Assert.Contains("belongs to ", stranger.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        Assert.Equal(0, await InitAsync());
        using var other = new TcpListener(IPEndPoint.Parse(_address));
        other.Start();
        using var node = Serve(1);
        Assert.Equal(1, await node.ExitCodeAsync());
        Assert.Contains(_address, node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_data_is_gone_does_not_start_as_if_it_were_new()
    {
        Assert.Equal(0, await InitAsync());
        Assert.Equal(2, await InitAsync());
        Directory.Delete(_directory.File("data"), recursive: true);
        await RefusedAsync("is not there. If this node has run before");
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
        Directory.CreateDirectory(_directory.File("data"));
        await RefusedAsync("is empty. If this node has run before");
        Assert.Empty(Directory.GetFileSystemEntries(_directory.File("data")));
        await File.WriteAllTextAsync(_directory.File("data/lock"), "");
        await RefusedAsync("serve --join");

        using var joining = Serve(1, "--join");
        await joining.PrintsAsync("serves at");
        Assert.Equal(0, await joining.EndAsync());
        Assert.DoesNotContain("n1 is", joining.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_directory_that_cannot_be_written_to_is_named()
    {
        Assert.Equal(0, await InitAsync());
        await File.WriteAllTextAsync(_directory.File("logs"), "in the way");
        using var node = Serve(1);
        Assert.Equal(1, await node.ExitCodeAsync());
        Assert.StartsWith($"LogDirectory {_directory.File("logs")} cannot be written to", node.Output);
    }

    [Fact]
    public async Task A_damaged_log_is_named_with_its_directory()
    {
        Assert.Equal(0, await InitAsync());
        var log = Directory.GetFiles(_directory.File("data"), "wal-*").Single();
        await File.WriteAllBytesAsync(log, new byte[4096]);
        using var node = Serve(1);
        Assert.Equal(1, await node.ExitCodeAsync());
        Assert.Contains(
            $"FTL stopped: {_directory.File("data")}: {Path.GetFileName(log)} is damaged at offset 0",
            node.Output, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string why)
    {
        using var node = Serve(1);
        Assert.Equal(2, await node.ExitCodeAsync());
        Assert.Contains(why, node.Output, StringComparison.Ordinal);
        Assert.Contains("join again under a new id. A new cluster is founded with `init`", node.Output);
    }

    private Task<int> InitAsync() => NodeCommandLine.RunAsync(
        ["init", "--id", "1", "--member", $"1={_address}", "--data-directory", _directory.File("data")],
        TextWriter.Null, TextWriter.Null);

    private ProgramProcess Serve(int id, params string[] flags) => new([
        "serve", .. flags, "--id", $"{id}", "--member", $"{id}={_address}", "--data-directory", _directory.File("data"),
        "--log-directory", _directory.File("logs"),
    ]);
}
