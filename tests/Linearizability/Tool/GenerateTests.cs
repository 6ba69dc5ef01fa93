using RaftKv.HistoryChecker.Commands;
using RaftKv.Linearizability.Formats;
using Xunit;

namespace RaftKv.Linearizability.Tests.Tool;

public sealed class GenerateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("historychecker").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ExitCode.Linearizable, "--mix", "get,put,cas", "--unknown", "10")]
    [InlineData(ExitCode.Linearizable, "--mix", "get,put,cas", "--unknown", "10", "--repeats", "5")]
    [InlineData(ExitCode.Linearizable, "--mix", "get,append", "--keys", "3", "--clients", "10")]
    [InlineData(ExitCode.Linearizable, "--mix", "get,append", "--repeats", "5", "--clients", "10", "--unknown", "5")]
    [InlineData(ExitCode.Linearizable, "--mix", "get,put,append,delete,cas", "--unknown", "5", "--tick", "100")]
    [InlineData(ExitCode.Linearizable, "--clients", "50", "--repeats", "5")]
    [InlineData(ExitCode.Linearizable, "--mix", "get,put,txn", "--keys", "3")]
    [InlineData(ExitCode.Linearizable, "--mix", "mutex", "--clients", "10", "--unknown", "5")]
    [InlineData(ExitCode.Illegal, "--mix", "get,put,append", "--unknown", "10", "--fault", "Stale")]
    [InlineData(ExitCode.Illegal, "--clients", "30", "--fault", "EarlyStale")]
    [InlineData(ExitCode.Illegal, "--mix", "get,put,cas", "--unknown", "5", "--fault", "Future")]
    [InlineData(ExitCode.Illegal, "--mix", "get,append", "--repeats", "5", "--unknown", "5", "--fault", "Lost")]
    [InlineData(ExitCode.Illegal, "--mix", "get,append,put,cas", "--unknown", "5", "--fault", "Split")]
    [InlineData(ExitCode.Illegal, "--mix", "get,append", "--fault", "Twice")]
    [InlineData(ExitCode.Illegal, "--mix", "get,put,cas", "--fault", "Swap")]
    [InlineData(ExitCode.Illegal, "--mix", "mutex", "--fault", "Swap")]
    public void What_is_generated_has_the_verdict_that_was_asked_for(int expected, params string[] options)
    {
        var file = Generate("a", ["--operations", "1000", .. options]);
        Assert.Equal(expected, CommandLine.Run(["check", file], TextWriter.Null, TextWriter.Null));
    }

    /// <summary>In the usual place many of them leave no trace.</summary>
    [Theory]
    [InlineData("Wrong", "get,put,cas")]
    [InlineData("Lost", "get,put")]
    [InlineData("Split", "get,put,append,delete,cas,scan,txn")]
    [InlineData("Swap", "get,put,cas")]
    [InlineData("Swap", "mutex")]
    [InlineData("Twice", "get,put,append")]
    public void A_fault_is_put_where_it_shows(string fault, string mix)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var file = Generate("a", ["--operations", "200", "--unknown", "2", "--keys", "2", "--clients", "3",
                "--mix", mix, "--fault", fault, "--seed", $"{seed}"]);
            Assert.Equal(ExitCode.Illegal, CommandLine.Run(["check", file], TextWriter.Null, TextWriter.Null));
            if (mix != "mutex")
                Assert.Contains($"\"injected\":\"{fault}\"", File.ReadLines(file).First(), StringComparison.Ordinal);
        }
    }

    /// <summary>Keys that scans and transactions join, over values that repeat.</summary>
    [Theory]
    [InlineData(1_500_000, "get,put,txn", "--keys", "3", "--clients", "10", "--operations", "500", "--seed", "4")]
    [InlineData(1_500_000, "get,put,txn", "--keys", "3", "--clients", "10", "--operations", "500", "--seed", "5")]
    [InlineData(1_000_000, "scan,put,delete", "--keys", "20", "--clients", "20", "--operations", "300")]
    public void What_is_generated_is_decided_in_few_steps(long steps, string mix, params string[] options)
    {
        var file = Generate("a", ["--mix", mix, "--unknown", "5", "--repeats", "4", .. options]);
        using var stream = File.OpenRead(file);
        var history = HistoryReader.Read(stream, file);
        Assert.Equal(Verdict.Linearizable, history.Check(new Budget { Steps = steps }).Verdict);
    }

    /// <summary>The first one's states are more than memory holds, and those of both grow with each append.</summary>
    [Theory]
    [InlineData("Wrong", "--seed", "728", "--clients", "6")]
    [InlineData("Split", "--seed", "722", "--clients", "5")]
    public void The_verifier_stops_where_there_is_too_much_to_try(string fault, params string[] options)
    {
        var file = Generate("a", ["--operations", "400", "--keys", "4", "--mix", "get,put,append,delete,cas",
            "--unknown", "8", "--repeats", "4", "--fault", fault, .. options]);
        using var stream = File.OpenRead(file);
        var history = HistoryReader.Read(stream, file);
        var explanation = history.Explain()!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotEqual(false, history.VerifyCore(explanation));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L << 30);
    }

    /// <summary>Many others that are equal: deletes.</summary>
    [Fact]
    public void The_verifier_tries_cores_that_many_equal_others_may_help()
    {
        var file = Generate("a", ["--operations", "250", "--keys", "4", "--unknown", "4", "--clients", "3",
            "--mix", "get,put,append,delete,cas,scan,txn", "--fault", "Split", "--seed", "730"]);
        using var stream = File.OpenRead(file);
        var history = HistoryReader.Read(stream, file);
        Assert.True(history.VerifyCore(history.Explain()!));
    }

    [Fact]
    public void A_seed_gives_the_same_history_and_another_seed_another()
    {
        var first = File.ReadAllText(Generate("a", ["--seed", "1"]));
        Assert.Equal(first, File.ReadAllText(Generate("b", ["--seed", "1"])));
        Assert.NotEqual(first, File.ReadAllText(Generate("c", ["--seed", "2"])));
    }

    [Theory]
    [InlineData("--operations", "0")]
    [InlineData("--mix", "mutex,get")]
    [InlineData("--fault", "Stale", "--repeats", "5")]
    [InlineData("--fault", "Stale", "--operations", "2")]
    [InlineData("--fault", "Nonsense")]
    [InlineData("--fault", "Lost", "--mix", "get")]
    [InlineData("--fault", "Lost", "--mix", "put")]
    [InlineData("--fault", "Twice", "--mix", "get,put")]
    [InlineData("--fault", "Twice", "--mix", "append", "--operations", "1000000000")]
    [InlineData("--fault", "Stale", "--mix", "mutex")]
    [InlineData("--repeats", "many")]
    public void What_cannot_be_generated_is_refused(params string[] options)
    {
        var file = Path.Combine(_folder, "a");
        Assert.Equal(
            ExitCode.BadInput, CommandLine.Run(["generate", .. options, file], TextWriter.Null, TextWriter.Null));
        Assert.False(File.Exists(file));
    }

    private string Generate(string name, string[] options)
    {
        var file = Path.Combine(_folder, name);
        Assert.Equal(
            ExitCode.Linearizable,
            CommandLine.Run(["generate", .. options, file], TextWriter.Null, TextWriter.Null));
        return file;
    }
}
