using RaftKv.Sim;
using RaftKv.Sim.Commands;
using Xunit;

namespace RaftKv.Scenarios.Seeds;

/// <summary>
/// Thousands of whole-cluster fault schedules. <c>RAFTKV_SEEDS=A..B</c> runs others, e.g. one that failed elsewhere.
/// </summary>
public sealed class SweepTests
{
    private const string DefaultSeeds = "1..2500";

    [Fact]
    public void No_seed_violates_a_property()
    {
        var text = Environment.GetEnvironmentVariable("RAFTKV_SEEDS") ?? DefaultSeeds;
        Assert.True(SeedRange.TryParse(text, out var seeds), $"RAFTKV_SEEDS: '{text}' is not of the form A..B.");

        var sweep = new Sweep(seeds, Environment.ProcessorCount, TimeSpan.MaxValue);
        sweep.Run(progress: null);

        Assert.Equal((int)(seeds.Last - seeds.First + 1), sweep.Finished);
        Assert.True(sweep.NotPassed.Count == 0, string.Join(Environment.NewLine, sweep.NotPassed.Select(Describe)));
    }

    private static string Describe(SeedResult result) =>
        $"seed {result.Seed} {result.Verdict}: {result.Violation}{Environment.NewLine}  {result.ReplayCommand}";
}
