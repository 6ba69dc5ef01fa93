using System.Text.Json;
using System.Text.RegularExpressions;
using RaftKv.Sim;
using RaftKv.Sim.Commands;
using RaftKv.Sim.Workload;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("sweep --time-limit x", "--time-limit must be a number of seconds from 0.001 to 1000000, but is 'x'.")]
    [InlineData("sweep --time-limit 0", "--time-limit")]
    [InlineData("sweep --time-limit NaN", "--time-limit")]
    [InlineData("sweep --jobs x", "--jobs must be a whole number from 1 to 256, but is 'x'.")]
    [InlineData("sweep --jobs 0", "--jobs")]
    [InlineData("sweep --seeds 2..1", "--seeds: '2..1'")]
    [InlineData("sweep --seeds @no-such-file", "--seeds: '@no-such-file'")]
    [InlineData("replay", "SEED")]
    [InlineData("replay abc", "SEED must be a whole number from 0 to 18446744073709551615, but is 'abc'.")]
    [InlineData("bench --rounds 1", "--rounds")]
    [InlineData("swep", "swep")]
    public void Wrong_usage_is_named_in_a_line_and_exits_with_2(string arguments, string named)
    {
        using var error = new StringWriter();
        Assert.Equal(ExitCode.WrongUsage, SimCommandLine.Run(arguments.Split(' '), TextWriter.Null, error));
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
        Assert.InRange(error.ToString().Split('\n').Length, 2, 5);
    }

    [Fact]
    public void A_sweep_that_is_cut_short_says_so_in_words_and_in_JSON()
    {
        using var output = new StringWriter();
        var arguments = "sweep --seeds 1..1000000 --jobs 1 --time-limit 0.001 --json".Split(' ');
        Assert.Equal(ExitCode.Undecided, SimCommandLine.Run(arguments, output, TextWriter.Null));
        Assert.StartsWith("UNDECIDED: the time limit left ", output.ToString(), StringComparison.Ordinal);
        var json = JsonDocument.Parse(output.ToString().TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("undecided", json.GetProperty("verdict").GetString());
        Assert.Equal(1_000_000, json.GetProperty("seeds").GetInt32() + json.GetProperty("unrun").GetInt32());
    }

    [Fact]
    public void A_sweep_that_is_interrupted_finishes_its_seeds_and_reports_them()
    {
        var sweep = new Sweep(new SeedRange(1, 1_000_000), 1, TimeSpan.MaxValue);
        sweep.Run(progress => progress.Stop());
        Assert.False(sweep.Stop());
        var report = new SweepReport(sweep);
        Assert.Equal(SeedVerdict.Undecided, report.Verdict);
        Assert.StartsWith("UNDECIDED: interrupted; ", report.Paragraph, StringComparison.Ordinal);
        Assert.Equal(1_000_000UL, (ulong)sweep.Finished + sweep.Unrun);
    }

    [Theory]
    [InlineData("7..7", "PASSED: 1 seed, no property violated. It simulated ")]
    [InlineData("7..8", "PASSED: 2 seeds, no property violated. They simulated ")]
    public void The_verdict_of_a_sweep_is_a_sentence(string seeds, string beginning)
    {
        using var output = new StringWriter();
        Assert.Equal(ExitCode.Good, SimCommandLine.Run(["sweep", "--seeds", seeds], output, TextWriter.Null));
        Assert.StartsWith(beginning, output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "seed", "1 seed")]
    [InlineData(0, "seed", "0 seeds")]
    [InlineData(2, "history", "2 histories")]
    public void Numbers_and_nouns_agree(int number, string noun, string expected) =>
        Assert.Equal(expected, SweepReport.Count(number, noun));

    [Fact]
    public void A_trace_names_hosts_and_values_and_ends_no_line_with_blanks()
    {
        using var trace = new StringWriter();
        // Whatever a seed draws by itself, here it has what is looked for.
        Simulation.Run(42, trace, choose => SeedConfiguration.HarshBenchmark(choose) with
        {
            PartitionEvery = TimeSpan.FromSeconds(1),
            Keys = 3,
            MembershipEvery = TimeSpan.Zero,
            Mix = new WorkloadMix { Gets = 40, Appends = 40 },
        });
        var lines = trace.ToString().Split(Environment.NewLine);
        Assert.DoesNotContain(lines, line => line.EndsWith(' '));
        Assert.Contains(
            lines, line => line.EndsWith(
                "of 100: 40 gets, 40 appends, 0 deletes, 0 swaps, 0 scans, 0 transactions, the rest puts",
                StringComparison.Ordinal));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"  c\d +client +calls c\d\.\d+ append ""[\d.]+ "" to k\d"));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"  c\d +client +done  c\d\.\d+ read ""[\d. ]+"" from k\d"));
        var partitions = lines.Where(line => line.Contains(" partition ", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(partitions);
        const string Hosts = @"\[[nc]\d+( [nc]\d+)*\]";
        Assert.All(partitions, line => Assert.Matches($@"partition {Hosts} [<-]x> {Hosts}$", line));
    }
}
