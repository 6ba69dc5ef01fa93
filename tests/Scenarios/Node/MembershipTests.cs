using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

[Collection(nameof(RealProcesses))]
public sealed class MembershipTests : IDisposable
{
    // Long, so that on a busy machine, too, whom the test finds leading leads a moment later; nobody is waited for.
    private readonly NodeProcesses _nodes = new(electionTimeoutMs: 3000);

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public async Task A_cluster_grows_from_three_to_four_and_loses_a_founder_while_clients_write()
    {
        _nodes.StartAll();
        _nodes.Start(4);
        await using var clerk = _nodes.Connect();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await clerk.AppendAsync("log", $"{written} ");
                Interlocked.Increment(ref written);
            }
        });
        await Eventually.HoldsAsync("writes are answered", () => written > 20);

        var (code, output) = await ClientAsync("member", "add", "4", _nodes.Address(4));
        Assert.True(code == 0, output + _nodes.Log);
        Assert.Equal(4, output.Split('\n').Count(line => line.EndsWith("Voter", StringComparison.Ordinal)));
        var before = written;
        await Eventually.HoldsAsync("writes go on with four", () => written > before + 20);

        // The leader itself is the one to go.
        var (leader, _) = await _nodes.LeaderAsync();
        (code, output) = await ClientAsync("member", "remove", $"{leader}");
        Assert.True(code == 0, output + _nodes.Log);
        Assert.DoesNotContain(_nodes.Address(leader), output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("it says so itself", () => _nodes.Log.Contains(
            $"n{leader} is removed from the cluster by entry ", StringComparison.Ordinal));
        await _nodes.KillAsync(leader);
        before = written;
        await Eventually.HoldsAsync("writes go on without it", () => written > before + 20);
        var (listed, members) = await ClientAsync("members");
        Assert.Equal((0, output), (listed, members.Replace("  leads", "", StringComparison.Ordinal)));
        Assert.Equal(1, members.Split('\n').Count(line => line.EndsWith("  leads", StringComparison.Ordinal)));
        (code, output) = await ClientAsync("member", "add", $"{leader}", "127.0.0.1:1");
        Assert.Equal(1, code);
        Assert.Contains("never used twice", output, StringComparison.Ordinal);

        await stop.CancelAsync();
        await writing;
        var value = await clerk.GetStringAsync("log");
        Assert.Equal(string.Concat(Enumerable.Range(0, written).Select(number => $"{number} ")), value);
    }

    private async Task<(int ExitCode, string Output)> ClientAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var exitCode = await NodeCommandLine.RunAsync(
            ["client", "--endpoints", _nodes.Endpoints, "--timeout", "120", .. arguments], output, output);
        return (exitCode, output.ToString());
    }
}
