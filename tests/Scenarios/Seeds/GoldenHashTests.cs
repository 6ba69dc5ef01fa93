using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Seeds;

/// <summary>
/// The trace hashes of 32 seeds as they were on the machine that recorded them: they are the same on every machine, or
/// something depends on more than the seed. <c>RAFTKV_UPDATE_GOLDEN=1</c> records them anew after an intended change.
/// </summary>
public sealed class GoldenHashTests
{
    private const ulong Seeds = 32;

    [Fact]
    public void Trace_hashes_are_those_of_the_repository()
    {
        var actual = new StringBuilder("seed\thash\n");
        for (var seed = 1UL; seed <= Seeds; seed++)
            actual.Append(CultureInfo.InvariantCulture, $"{seed}\t{Simulation.Run(seed).TraceHash:x32}\n");

        var path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "golden.tsv");
        if (Environment.GetEnvironmentVariable("RAFTKV_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual.ToString());
        Assert.Equal(File.ReadAllText(path), actual.ToString());
    }

    [Fact]
    public void The_same_seed_gives_the_same_hash_twice_and_another_seed_another() =>
        Assert.Multiple(
            () => Assert.Equal(Simulation.Run(40).TraceHash, Simulation.Run(40).TraceHash),
            () => Assert.NotEqual(Simulation.Run(40).TraceHash, Simulation.Run(41).TraceHash));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
