using RaftKv.Sim.Commands;
using Xunit;
using Xunit.Sdk;

namespace RaftKv.Scenarios.Catalogue;

/// <summary>
/// The seeds over which scenarios run: <c>RAFTKV_SCENARIO_SEEDS=100</c> for 1..100, <c>=17..17</c> for one.
/// </summary>
internal static class ScenarioSeeds
{
    private const string Default = "3";

    private static readonly SeedRange _range = Read();

    public static int Count => (int)(_range.Last - _range.First + 1);

    /// <summary>Runs a scenario once for each seed. A failure names the seed and how to run exactly it.</summary>
    public static void ForEach(string test, Action<ulong> scenario)
    {
        for (var seed = _range.First; seed <= _range.Last; seed++)
        {
            try
            {
                scenario(seed);
            }
            catch (Exception failure)
            {
                throw new XunitException(
                    $"{test}, seed {seed}: {failure.Message}{Environment.NewLine}"
                    + $"  RAFTKV_SCENARIO_SEEDS={seed}..{seed} dotnet test tests/Scenarios -c Release --filter {test}",
                    failure);
            }
        }
    }

    private static SeedRange Read()
    {
        var text = Environment.GetEnvironmentVariable("RAFTKV_SCENARIO_SEEDS") ?? Default;
        if (!text.Contains("..", StringComparison.Ordinal))
            text = $"1..{text}";
        Assert.True(SeedRange.TryParse(text, out var range), $"RAFTKV_SCENARIO_SEEDS: '{text}' is not N or A..B.");
        return range;
    }
}
