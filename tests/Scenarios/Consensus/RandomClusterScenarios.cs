using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace RaftKv.Scenarios.Consensus;

/// <summary>The core alone under random faults.</summary>
public sealed class RandomClusterScenarios
{
    private const int Seeds = 200;

    [Fact]
    public void Figure_3_holds_and_the_cluster_heals_under_random_faults()
    {
        var failures = new ConcurrentBag<(int Seed, string Reason)>();
        var (committed, reads) = (0, 0);
        Parallel.For(1, Seeds + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            try
            {
                var cluster = new RandomCluster(seed);
                cluster.Run();
                Interlocked.Add(ref committed, cluster.Checks.Committed);
                Interlocked.Add(ref reads, cluster.Checks.Reads);
            }
            catch (Exception error)
            {
                failures.Add((seed, error.ToString()));
            }
        });

        var first = failures.Order().Take(3).Select(
            failure => string.Create(CultureInfo.InvariantCulture, $"seed {failure.Seed}: {failure.Reason}"));
        Assert.True(failures.IsEmpty, $"{failures.Count} of {Seeds} seeds failed\n{string.Join('\n', first)}");
        Assert.True(reads > Seeds * 100, $"only {reads} reads answered in {Seeds} seeds");
        Assert.True(committed > Seeds * 100, $"only {committed} entries committed in {Seeds} seeds");
    }
}
