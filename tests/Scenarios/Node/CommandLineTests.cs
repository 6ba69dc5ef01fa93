using RaftKv.Node.Commands;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "Required command")]
    [InlineData("bogus", "bogus")]
    [InlineData("client", "Required command")]
    [InlineData("client get", "KEY")]
    [InlineData("client put key", "VALUE")]
    [InlineData("client get key --endpoints nonsense", "nonsense")]
    [InlineData("client get key --endpoints ,", "Endpoints")]
    [InlineData("client get key --endpoints a:1,a:1", "Endpoints")]
    [InlineData("bench", "--op")]
    [InlineData("bench --op cas", "cas")]
    [InlineData("bench --op put --clients 0", "--clients")]
    [InlineData("bench --op put --seconds 0", "--seconds")]
    [InlineData("bench --op put --value -1", "--value")]
    [InlineData("bench --op put --value ten", "ten")]
    [InlineData("cluster --nodes 0", "--nodes")]
    [InlineData("cluster --nodes three", "--nodes")]
    [InlineData("cluster --port 65535", "--port")]
    [InlineData("serve", "DataDirectory")]
    [InlineData("serve --config /nowhere/node.json", "/nowhere/node.json")]
    [InlineData("serve --member 1", "--member")]
    [InlineData("serve --member 1=a:1 --member 1=b:1", "--member 1=b:1")]
    [InlineData("serve --store BTree", "Store")]
    [InlineData("serve --no-such-option 1", "--no-such-option")]
    public async Task Wrong_usage_is_named_on_standard_error_and_exits_with_2(string arguments, string named)
    {
        var (exitCode, _, error) = await RunAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "cluster")]
    [InlineData("serve --help", "--election-timeout-ms")]
    [InlineData("client --help", "demo")]
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
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
