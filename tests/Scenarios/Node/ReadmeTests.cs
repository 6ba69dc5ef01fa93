using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using RaftKv.Node.Hosting;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class ReadmeTests
{
    [Fact]
    public void The_examples_of_the_page_compile()
    {
        var here = ThisFile();
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../src/RaftKv.Node/README.md"));
        var compiled = File.ReadLines(here).Select(line => line.Trim()).ToHashSet();
        var examples = Regex.Matches(page, @"```csharp\n(.*?)```", RegexOptions.Singleline)
            .SelectMany(match => match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotEmpty(examples);
        Assert.All(examples, line => Assert.Contains(line, compiled));
    }

    internal static async Task<string?> FirstExample()
    {
        await using var clerk = RaftKvClient.Connect("127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003");
        await clerk.PutAsync("greeting", "hello");
        await clerk.AppendAsync("greeting", ", world");
        var greeting = await clerk.GetStringAsync("greeting");
        return greeting;
    }

    internal static async Task SecondExample()
    {
        var options = RaftKvClient.Options("127.0.0.1:7001") with { OperationTimeout = TimeSpan.FromSeconds(5) };
        await using var patient = RaftKvClient.Connect(options);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
