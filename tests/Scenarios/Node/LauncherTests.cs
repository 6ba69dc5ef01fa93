using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Formats;
using RaftKv.Node.Commands;
using RaftKv.Node.Hosting;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class LauncherTests : IDisposable
{
    /// <summary>Seconds that a client tries: on a busy machine an election may take some.</summary>
    private const string Patience = "120";

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = LoopbackPorts.First(3);

    private string Endpoints => string.Join(',', Enumerable.Range(_port, 3).Select(port => $"127.0.0.1:{port}"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_cluster_serves_clients_through_the_loss_of_its_leader_and_a_restart()
    {
        using (var launcher = Launch())
        {
            await launcher.PrintsAsync("ready after");
            Assert.Equal((0, "", ""), await ClientAsync("put", "greeting", "hello"));
            Assert.Equal((0, "", ""), await ClientAsync("append", "greeting", ", world"));
            Assert.Equal((0, "hello, world\n", ""), await ClientAsync("get", "greeting"));
            Assert.Equal((1, "", "The key 'nothing' is absent.\n"), await ClientAsync("get", "nothing"));
            Assert.Equal((0, "", ""), await ClientAsync("put", "at", "@/etc/hostname"));
            Assert.Equal((0, "@/etc/hostname\n", ""), await ClientAsync("get", "at"));
            await File.WriteAllBytesAsync(_directory.File("bytes"), [.. Enumerable.Repeat((byte)0xff, 500_000)]);
            Assert.Equal((0, "", ""), await ClientAsync("put", "bytes", "--value-file", _directory.File("bytes")));
            Assert.Equal((1, "", "The value of 'bytes' is not text: give --raw.\n"), await ClientAsync("get", "bytes"));
            await ShowsBytesThatAreNoTextAsync();
            await TransfersAsync();
            await AddsAMemberThatIsNotThereAsync();
            await RefusesBadInputAsync();
            await TellsTheStatusAsync();
            var (stranger, _, reason) = await ClientAsync("--cluster-id", "other", "put", "a", "b");
            Assert.Equal(2, stranger);
            Assert.Contains("belongs to cluster 'raftkv', not to 'other'", reason, StringComparison.Ordinal);
            await DemoRidesThroughAsync(launcher);
            Assert.Equal(0, await launcher.EndAsync());
            await NodesEndAsync("the nodes are stopped with their launcher", launcher);
        }

        using var again = Launch();
        await again.PrintsAsync("ready after");
        Assert.Equal((0, "hello, world\n", ""), await ClientAsync("get", "greeting"));
        again.Kill();
        await NodesEndAsync("the nodes follow their killed launcher", again);
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, _port + 1);
        other.Start();
        using var launcher = Launch();
        Assert.Equal(1, await launcher.ExitCodeAsync());
        Assert.Contains($"127.0.0.1:{_port + 1}", launcher.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_a_cluster_of_another_size_is_refused()
    {
        await FoundAsync(1, 1);
        using var launcher = Launch("--nodes", "3");
        Assert.Equal(2, await launcher.ExitCodeAsync());
        Assert.Contains("holds a cluster of 1 nodes. Give --nodes 1", launcher.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_lacks_a_node_is_refused_by_the_nodes_name()
    {
        foreach (var id in (int[])[1, 3])
            await FoundAsync(id, 3);
        using (var launcher = Launch())
        {
            Assert.Equal(2, await launcher.ExitCodeAsync());
            Assert.Contains("node2 of 3 is missing", launcher.Output, StringComparison.Ordinal);
        }

        Directory.Delete(_directory.File("node3"), recursive: true);
        using var small = Launch("--nodes", "1");
        Assert.Equal(2, await small.ExitCodeAsync());
        Assert.Contains("Give --nodes 3", small.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_port_is_refused_where_the_nodes_know_each_other_by_their_addresses()
    {
        await FoundAsync(1, 1);
        using var launcher = new ProgramProcess("cluster", "--data", _directory.Path, "--port", $"{_port + 1}");
        Assert.Equal(2, await launcher.ExitCodeAsync());
        Assert.Contains($"--port {_port + 1}: ", launcher.Output, StringComparison.Ordinal);
        Assert.Contains($"listens at 127.0.0.1:{_port}", launcher.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_founded_is_not_half_founded()
    {
        Directory.CreateDirectory(_directory.File("node2"));
        await File.WriteAllTextAsync(_directory.File("node2/data"), "in the way");
        using (var launcher = Launch())
        {
            Assert.Equal(1, await launcher.ExitCodeAsync());
            Assert.Contains(_directory.File("node2/data"), launcher.Output, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_directory.File("node1/data")));
        File.Delete(_directory.File("node2/data"));
        using var again = Launch();
        await again.PrintsAsync("ready after");
    }

    [Fact]
    public async Task Data_in_use_is_left_as_it_is()
    {
        using var launcher = Launch("--nodes", "1");
        await launcher.PrintsAsync("ready after");
        var file = _directory.File("node1/node.json");
        var edited = (await File.ReadAllTextAsync(file)).Replace("10000", "10001", StringComparison.Ordinal) + " ";
        await File.WriteAllTextAsync(file, edited);
        using var second = Launch();
        Assert.Equal(1, await second.ExitCodeAsync());
        Assert.Contains("is in use by another process", second.Output, StringComparison.Ordinal);
        Assert.Equal(edited, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task The_members_are_started_and_no_others()
    {
        var address = $"127.0.0.1:{_port + 1}";
        string[] place = ["--member", $"5={address}", "--data-directory", _directory.File("node5/data")];
        using (var founder = Launch("--nodes", "1"))
        using (var joining = new ProgramProcess(["serve", "--join", "--id", "5", .. place]))
        {
            await founder.PrintsAsync("ready after");
            Assert.Equal(0, (await ClientAsync("put", "greeting", "hello")).ExitCode);
            Assert.Equal(0, (await ClientAsync("member", "add", "5", address)).ExitCode);
            Assert.Equal((0, 0), (await founder.EndAsync(), await joining.EndAsync()));
        }

        using (var both = new ProgramProcess("cluster", "--data", _directory.Path))
        {
            await both.PrintsAsync("ready after");
            Assert.Equal([1, 5], both.Nodes.Keys.Order());
            Assert.Equal(0, (await ClientAsync("member", "remove", "1")).ExitCode);
            Assert.Equal(0, await both.EndAsync());
        }

        using var one = new ProgramProcess("cluster", "--data", _directory.Path);
        await one.PrintsAsync("ready after");
        Assert.Equal([5], one.Nodes.Keys);
        Assert.Equal((0, "hello\n", ""), await ClientAsync("get", "greeting"));
    }

    [Fact]
    public async Task A_directory_of_a_cluster_of_another_name_is_refused_and_left_as_it_is()
    {
        const string Json = """{ "Id": 1, "ClusterId": "raftkv" }""";
        Directory.CreateDirectory(_directory.File("node1"));
        await File.WriteAllTextAsync(_directory.File("node1/node.json"), Json);
        using var launcher = Launch("--nodes", "1", "--cluster-id", "other");
        Assert.Equal(2, await launcher.ExitCodeAsync());
        Assert.Contains("give --cluster-id raftkv", launcher.Output, StringComparison.Ordinal);
        Assert.Equal(Json, await File.ReadAllTextAsync(_directory.File("node1/node.json")));
    }

    [Fact]
    public async Task The_launcher_keeps_options_that_it_does_not_decide()
    {
        Directory.CreateDirectory(_directory.File("node1"));
        var file = _directory.File("node1/node.json");
        await File.WriteAllTextAsync(
            file, """{ "Id": 7, "SnapshotEveryEntries": 77, "Members": { "7": "127.0.0.1:1" } }""");
        using var launcher = Launch("--nodes", "1");
        await launcher.PrintsAsync("ready after");
        var options = NodeOptionsLoader.FromJson(file);
        Assert.Equal((1, 77), (options.Id, options.SnapshotEveryEntries));
        Assert.Equal($"127.0.0.1:{_port}", Assert.Single(options.Members).Value);
    }

    [Fact]
    public async Task The_commands_that_the_launcher_prints_are_quoted_for_a_shell()
    {
        using var launcher = LaunchIn(_directory.File("it's here"), "--nodes", "1", "--cluster-id", "my own");
        await launcher.PrintsAsync("--cluster-id 'my own' put greeting hello");
        Process.GetProcessById(launcher.Nodes[1]).Kill();
        var quoted = _directory.File("it's here/node1/node.json").Replace("'", @"'\''", StringComparison.Ordinal);
        await launcher.PrintsAsync($"serve --config '{quoted}'");
    }

    private ProgramProcess Launch(params string[] more) => LaunchIn(_directory.Path, more);

    private ProgramProcess LaunchIn(string directory, params string[] more) =>
        new(["cluster", "--data", directory, "--port", _port.ToString(CultureInfo.InvariantCulture), .. more]);

    /// <summary>Makes the data of one node of a cluster of <paramref name="count"/>.</summary>
    private Task FoundAsync(int id, int count) => NodeHost.InitAsync(new NodeOptions
    {
        Id = id,
        Members = Enumerable.Range(1, count).ToDictionary(each => $"{each}", each => $"127.0.0.1:{_port + each - 1}"),
        DataDirectory = _directory.File($"node{id}/data"),
    });

    private async Task ShowsBytesThatAreNoTextAsync()
    {
        var file = _directory.File("few");
        await File.WriteAllBytesAsync(file, [0xff, (byte)'\n', 0]);
        Assert.Equal((0, "", ""), await ClientAsync("cas", "few", "--absent", "--value-file", file));
        var refused = (1, "", "The value of 'few' is not text: give --raw.\n");
        Assert.Equal(refused, await ClientAsync("cas", "few", "x", "--absent"));
        Assert.Equal((0, "few\t\\xff\\n\\x00\n", ""), await ClientAsync("scan", "few"));
        var read = await ClientAsync("txn", "get:few", "get:a\tb");
        Assert.Equal((0, "few\t\\xff\\n\\x00\na\\tb is absent\n", ""), read);
    }

    private async Task RefusesBadInputAsync()
    {
        var (exitCode, output, error) = await ClientAsync("put", new string('k', 1025), "v");
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains("the key has 1025 bytes; the limit is 1024", error, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(_directory.File("long"), new byte[1024 * 1024 + 1]);
        (exitCode, _, error) = await ClientAsync("append", "k", "--value-file", _directory.File("long"));
        Assert.Equal(2, exitCode);
        Assert.Contains("the limit is 1048576", error, StringComparison.Ordinal);
        // That depends on the members, and not on what was typed.
        (exitCode, _, error) = await ClientAsync("member", "remove", "77");
        Assert.Equal(1, exitCode);
        Assert.Contains("n77", error, StringComparison.Ordinal);
    }

    /// <summary>Two of the three are not asked for, and are found by what the first one says.</summary>
    private async Task TellsTheStatusAsync()
    {
        var (exitCode, output, error) = (1, "", "");
        await Eventually.HoldsAsync("one leads", async () =>
        {
            (exitCode, output, error) = await TypedAsync("status", "--endpoints", $"127.0.0.1:{_port}");
            return exitCode == 0;
        });
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal("", error);
        Assert.Equal(4, lines.Length);
        Assert.Single(lines, line => line.Contains("  leader    ", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.Contains("  follower  ", StringComparison.Ordinal)));
        Assert.Single(lines.Select(line => line.Length).Distinct());
        Assert.All(Enumerable.Range(1, 3), id => Assert.Matches(
            $@"^{id}     127\.0\.0\.1:{_port + id - 1}  +[a-z]+  +\d+  +\d+  +\d+  +[123]  +\d+$", lines[id]));

        (exitCode, output, error) = await ClientAsync("--cluster-id", "other", "status");
        Assert.Equal(2, exitCode);
        Assert.Equal(3, Regex.Count(output, "belongs to cluster 'raftkv', not to 'other'"));
        Assert.Contains("--cluster-id", error, StringComparison.Ordinal);
    }

    /// <summary>On a busy machine nobody may take over within an election time-out: it is asked again.</summary>
    private async Task TransfersAsync()
    {
        var answer = (0, "", Error: "");
        await Eventually.HoldsAsync("another takes over", async () =>
        {
            answer = await ClientAsync("transfer");
            return !answer.Error.Contains("did not take over", StringComparison.Ordinal);
        });
        Assert.Equal((0, "", ""), answer);
    }

    /// <summary>The promotion ends in vain. The addition before it has as much time, which may be too short.</summary>
    private async Task AddsAMemberThatIsNotThereAsync()
    {
        for (var (id, seconds) = (9, 3); ; (id, seconds) = (id + 1, seconds * 2))
        {
            var (exitCode, output, error) = await TypedAsync(
                "--endpoints", Endpoints, "--timeout", $"{seconds}", "member", "add", $"{id}", "127.0.0.1:1");
            Assert.Equal((1, ""), (exitCode, output));
            var isAdded = error.StartsWith($"n{id} is a member, but has no vote yet", StringComparison.Ordinal);
            Assert.True(isAdded || seconds < 100, error);
            (exitCode, output, error) = await ClientAsync("member", "remove", $"{id}");
            if (!isAdded)
                continue;
            Assert.Equal((0, 3, ""), (exitCode, output.Count(letter => letter == '\n'), error));
            return;
        }
    }

    private static Task NodesEndAsync(string what, ProgramProcess launcher)
    {
        var nodes = launcher.Nodes.Values;
        return Eventually.HoldsAsync(what, () => !nodes.Any(ProgramProcess.IsRunning));
    }

    private async Task DemoRidesThroughAsync(ProgramProcess launcher)
    {
        var history = _directory.File("history.jsonl");
        using var demo = new ProgramProcess(
            "client", "--endpoints", Endpoints, "--timeout", Patience, "demo", "--clients", "3", "--history", history);
        await Eventually.HoldsAsync("the demo has begun", () => Rounds(demo) >= 2);
        var leader = Regex.Matches(launcher.Output, @"n(\d) is Leader in term \d+").Last().Groups[1].Value;
        Process.GetProcessById(launcher.Nodes[int.Parse(leader, CultureInfo.InvariantCulture)]).Kill();
        await launcher.PrintsAsync("was killed (SIGKILL)");
        var before = Rounds(demo);
        await Eventually.HoldsAsync("the demo goes on", () => Rounds(demo) >= before + 3);
        Assert.Equal(0, await demo.EndAsync());
        Assert.DoesNotContain("violation", demo.Output, StringComparison.Ordinal);
        Assert.Contains("writes, a read after each; the longest wait was", demo.Output, StringComparison.Ordinal);
        await using var content = File.OpenRead(history);
        var recorded = HistoryReader.Read(content, history);
        Assert.Equal(Verdict.Linearizable, recorded.Check().Verdict);
        Assert.InRange(recorded.Count, 2 * (before + 3), int.MaxValue);
    }

    private static int Rounds(ProgramProcess demo) => Regex.Count(demo.Output, "get demo");

    private Task<(int ExitCode, string Output, string Error)> ClientAsync(params string[] arguments) =>
        TypedAsync(["--endpoints", Endpoints, "--timeout", Patience, .. arguments]);

    private static async Task<(int ExitCode, string Output, string Error)> TypedAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await NodeCommandLine.RunAsync(["client", .. arguments], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
