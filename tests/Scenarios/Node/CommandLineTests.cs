using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "Required command")]
    [InlineData("bogus", "bogus")]
    [InlineData("client", "Required command")]
    [InlineData("client get", "KEY")]
    [InlineData("client put", "KEY")]
    [InlineData("client cas --absent", "KEY")]
    [InlineData("client put key", "VALUE")]
    [InlineData("client get key --endpoints nonsense", "nonsense")]
    [InlineData("client get key --endpoints ,", "--endpoints names no address")]
    [InlineData("client get key --endpoints a:1,a:1", "--endpoints names a:1 twice")]
    [InlineData("client get key --endpoints a:0", "--endpoints: The port of 'a:0' is 0")]
    [InlineData("client get @no-such-file --endpoints nonsense", "--endpoints: 'nonsense'")]
    [InlineData("client get key --timeout 0", "--timeout")]
    [InlineData("client get key --cluster-id ''", "--cluster-id is empty")]
    [InlineData("client put key VALUE --value-file f", "--value-file")]
    [InlineData("client put key --value-file no-such-file", "no-such-file")]
    [InlineData("client put key \uFFFD", "VALUE is not UTF-8")]
    [InlineData("client get \uFFFD", "KEY is not UTF-8")]
    [InlineData("client delete", "KEY")]
    [InlineData("client cas key value", "--expect or --absent")]
    [InlineData("client cas key value --expect old --absent", "--expect or --absent")]
    [InlineData("client scan --limit -1", "--limit")]
    [InlineData("client scan --limit 0", "--limit must be a whole number of at least 1, but is '0'")]
    [InlineData("client txn", "STEP")]
    [InlineData("client txn if then", "The transaction is empty")]
    [InlineData("client txn else", "The transaction is empty")]
    [InlineData("client txn if key then get:key", "'key' has no KEY=VALUE")]
    [InlineData("client txn if !key then put:key", "'put:key' has no KEY=VALUE")]
    [InlineData("client txn get:", "'get:' is none of get:KEY")]
    [InlineData("client txn else swap:key=v", "'swap:key=v' is none of get:KEY")]
    [InlineData("client cas key value --expect \uFFFD", "--expect is not UTF-8")]
    [InlineData("client scan \uFFFD", "PREFIX is not UTF-8")]
    [InlineData("client scan --from \uFFFD", "--from is not UTF-8")]
    [InlineData("client scan --to \uFFFD", "--to is not UTF-8")]
    [InlineData("client txn put:a=\uFFFD", "STEP is not UTF-8")]
    [InlineData("client member add x a:1", "ID must be a whole number of at least 1, but is 'x'")]
    [InlineData("client member add 4 here", "ADDRESS: 'here' is not of the form host:port")]
    [InlineData("client member add 4 a:0", "ADDRESS: The port of 'a:0' is 0")]
    [InlineData("client member remove 0", "ID must be a whole number of at least 1, but is '0'")]
    [InlineData("client transfer x", "ID must be a whole number of at least 1, but is 'x'")]
    [InlineData("client demo --count x", "--count must be a whole number of at least 1, but is 'x'")]
    [InlineData("client demo --count 0", "--count must be a whole number of at least 1, but is '0'")]
    [InlineData("client demo --clients 0", "--clients must be a whole number from 1 to 100, but is '0'")]
    [InlineData("client demo --history /nowhere/h.jsonl", "--history /nowhere/h.jsonl: Could not find")]
    [InlineData("client txn foo", "'foo' is none of get:KEY")]
    [InlineData("cluster --data ''", "--data is empty")]
    [InlineData("cluster --cluster ''", "--cluster-id is empty")]
    [InlineData("cluster --data /proc/self/nothing --port 1000", "--data")]
    [InlineData("bench", "--op")]
    [InlineData("bench --op cas", "--op must be put or get, but is 'cas'.")]
    [InlineData("bench --op put --clients 0", "--clients")]
    [InlineData("bench --op put --seconds 0", "--seconds")]
    [InlineData("bench --op put --value -1", "--value")]
    [InlineData("bench --op put --value ten", "ten")]
    [InlineData("cluster --nodes 0", "--nodes")]
    [InlineData("cluster --nodes three", "--nodes")]
    [InlineData("cluster --port 65535", "--port")]
    [InlineData("serve", "DataDirectory")]
    [InlineData("serve", "No --config FILE is given")]
    [InlineData("serve --config /nowhere/node.json", "/nowhere/node.json: there is no such file")]
    [InlineData("serve --config /", "/ is a directory")]
    [InlineData("serve --member 1", "--member")]
    [InlineData("serve --member 1=a:1 --member 1=b:1", "--member 1=b:1")]
    [InlineData("serve --store BTree", "Store must be HashMap or SkipList, but is 'BTree'")]
    [InlineData("serve --pre-vote maybe", "PreVote must be true or false, but is 'maybe'")]
    [InlineData("serve --no-such-option 1", "--no-such-option")]
    public async Task Wrong_usage_is_named_on_standard_error_and_exits_with_2(string arguments, string named)
    {
        var (exitCode, _, error) = await RunAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.EndsWith("\n--help explains the commands and their options.\n", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.InRange(error.Split('\n').Length, 2, 5);
    }

    [Fact]
    public async Task The_environment_names_the_endpoints_that_the_command_line_does_not()
    {
        using var environment = new EnvironmentVariables(("RAFTKV_ENDPOINTS", "nonsense"));
        Assert.StartsWith("RAFTKV_ENDPOINTS: 'nonsense'", (await RunAsync("client get key")).Error);
        Assert.StartsWith("--endpoints: 'other'", (await RunAsync("client get key --endpoints other")).Error);
    }

    [Fact]
    public async Task Where_nobody_listens_the_addresses_and_the_reason_are_named()
    {
        var address = $"127.0.0.1:{LoopbackPorts.First(1)}";
        // All at a time: each takes as long as it may, and that is more than a busy machine needs for the reason.
        string[] operations = ["get key", "put key value", "scan gr", "members", "demo"];
        var answers = await Task.WhenAll(operations.Select(
            operation => RunAsync($"client --endpoints {address} --timeout 5 {operation}")));
        var reason = $"{address}: it cannot be reached: Connection refused";
        Assert.All(answers, answer =>
        {
            Assert.Equal(1, answer.ExitCode);
            Assert.Contains(reason, answer.Error, StringComparison.Ordinal);
        });
        Assert.Equal($"Put of 'key' could not be sent to any server: {reason}.\n", answers[1].Error);
        Assert.Equal($"Scan of 'gr*' could not be sent to any server: {reason}.\n", answers[2].Error);
    }

    [Fact]
    public async Task The_status_of_servers_that_are_not_there_says_why_at_once()
    {
        var port = LoopbackPorts.First(2);
        var (exitCode, output, error) = await RunAsync(
            $"client status --endpoints 127.0.0.1:{port},127.0.0.1:{port + 1} --timeout 600");
        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"""
            NODE  ADDRESS          ROLE  TERM  COMMIT  APPLIED  LEADER  LAG
            ?     127.0.0.1:{port}  it cannot be reached: Connection refused
            ?     127.0.0.1:{port + 1}  it cannot be reached: Connection refused

            """,
            output);
        Assert.Equal("No majority of the voters has answered.\n", error);
    }

    [Theory]
    [InlineData("serve --cluster other")]
    [InlineData("serve --cluster-id other")]
    public async Task A_cluster_has_one_name_under_two_flags(string command)
    {
        var (exitCode, output, _) = await RunAsync(
            $"{command} --id 1 --member 1=a:1 --data-directory d --print-config");
        Assert.Equal(0, exitCode);
        Assert.Contains("\"ClusterId\": \"other\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "cluster")]
    [InlineData("serve --help", "--election-timeout-ms")]
    [InlineData("client --help", "demo")]
    [InlineData("client txn --help", "if KEY=VALUE !KEY ... then get:KEY")]
    [InlineData("client --help", "\n  get <KEY>             Print a key's")]
    [InlineData("client --help", "\n  put <KEY> [VALUE]     Set a key's")]
    [InlineData("client --help", "\n  scan [PREFIX]         Print keys")]
    [InlineData("client --help", "\n  transfer [ID]         Hand the")]
    [InlineData("client demo --help", "until Ctrl+C.\n")]
    [InlineData("serve --help", "--pre-vote <true|false>")]
    [InlineData("--version", ".")]
    public async Task Help_and_version_exit_with_0(string arguments, string expected)
    {
        var (exitCode, output, _) = await RunAsync(arguments);
        Assert.Equal(0, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_in_force_are_printed_on_demand()
    {
        var (exitCode, output, _) = await RunAsync(
            "serve --id 2 --member 1=a:1 --member 2=b:2 --data-directory d --store SkipList --print-config");
        Assert.Equal(0, exitCode);
        Assert.Contains("\"Store\": \"SkipList\"", output, StringComparison.Ordinal);
        Assert.Contains("\"2\": \"b:2\"", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await NodeCommandLine.RunAsync(
            [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "''" ? "" : word)],
            output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
