using System.Globalization;
using System.Runtime.CompilerServices;
using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 4C: the key-value service with snapshots, and two checks of the older labs.</summary>
public sealed class Kv4C
{
    /// <summary>The labs allow the log 8,000 bytes, eight times the limit; entries here are 80 bytes or more.</summary>
    private const int LongestLog = 100;

    [Fact]
    [Scenario(nameof(TestSnapshotRPC4C), IsRandom = true)]
    public void TestSnapshotRPC4C() => KvLab.Run(3, lab =>
    {
        var all = lab.NewClient();
        lab.Put(all, "a", "A");
        Assert.Equal("A", lab.Get(all, "a"));

        lab.Network.Partition(2);
        var majority = lab.NewClient(0, 1);
        for (var i = 0; i < 50; i++)
            lab.Put(majority, $"{i}", $"{i}");
        lab.Sleep(Lab.LabElectionTimeout);
        lab.Put(majority, "b", "B");
        Assert.InRange(lab.LongestLog, 0, LongestLog);
        var lagging = lab.RaftOf(2)!;
        Assert.True(lagging.LastIndex < lab.RaftOf(0)!.FirstIndex);

        lab.Network.Partition(1);
        var other = lab.NewClient(0, 2);
        lab.Put(other, "c", "C");
        lab.Put(other, "d", "D");
        Assert.Equal("A B 1 49", lab.GetEach(other, "a", "b", "1", "49"));
        Assert.True(lagging.Snapshot.Index > LogIndex.Zero);

        lab.Network.Partition();
        lab.Put(all, "e", "E");
        Assert.Equal("C E 1", lab.GetEach(all, "c", "e", "1"));
    }, WithSnapshots);

    [Fact]
    [Scenario(nameof(TestSnapshotSize4C), IsRandom = true)]
    public void TestSnapshotSize4C() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        for (var i = 0; i < 400; i++)
        {
            lab.Put(client, "x", $"{i % 2}");
            Assert.Equal($"{i % 2}", lab.Get(client, "x"));
        }

        Assert.InRange(lab.LongestLog, 0, LongestLog);
        Assert.All(lab.Disks, disk => Assert.InRange(
            disk.Volume.Files.Where(file => file.Key.StartsWith("snapshot", StringComparison.Ordinal))
                .Max(file => file.Value.Length), 1, 500));
    }, WithSnapshots);

    [Fact]
    [Scenario(nameof(TestSpeed4C), IsRandom = true)]
    public void TestSpeed4C() => KvLab.Run(3, SpeedTest.Run, WithSnapshots);

    [Fact]
    [Scenario(nameof(TestSnapshotRecover4C), IsRandom = true)]
    public void TestSnapshotRecover4C() => Run(new GenericTest { Restarts = true });

    [Fact]
    [Scenario(nameof(TestSnapshotRecoverManyClients4C), IsRandom = true)]
    public void TestSnapshotRecoverManyClients4C() => Run(new GenericTest { Clients = 20, Restarts = true });

    [Fact]
    [Scenario(nameof(TestSnapshotUnreliable4C), IsRandom = true)]
    public void TestSnapshotUnreliable4C() => Run(new GenericTest { Clients = 5, IsUnreliable = true });

    [Fact]
    [Scenario(nameof(TestSnapshotUnreliableRecover4C), IsRandom = true)]
    public void TestSnapshotUnreliableRecover4C() =>
        Run(new GenericTest { Clients = 5, IsUnreliable = true, Restarts = true });

    [Fact]
    [Scenario(nameof(TestSnapshotUnreliableRecoverConcurrentPartition4C), IsRandom = true)]
    public void TestSnapshotUnreliableRecoverConcurrentPartition4C() =>
        Run(new GenericTest { Clients = 5, IsUnreliable = true, Restarts = true, Partitions = true });

    [Fact]
    [Scenario(nameof(TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4C), IsRandom = true)]
    public void TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable4C() => Run(
        new GenericTest { Clients = 15, Keys = 100, IsUnreliable = true, Restarts = true, Partitions = true },
        servers: 7);

    [Fact]
    [Scenario("concurrent append to one key, unreliable", IsRandom = true)]
    public void Concurrent_append_to_one_key_unreliable() => KvLab.Run(5, lab =>
    {
        lab.Network.IsUnreliable = true;
        var clients = Enumerable.Range(0, 5).Select(_ => lab.NewClient()).ToArray();
        var jobs = clients.Select(client => client.Begin(async () =>
        {
            for (var n = 0; n < 10; n++)
                await client.Clerk.AppendAsync("k", Appended(client.Number, n));
        })).ToArray();
        lab.Await("the appends", () => jobs.All(job => job.IsDone), TimeSpan.FromSeconds(60));

        var value = lab.Get(lab.NewClient(), "k")!;
        Assert.Equal(5 * 10 * Appended(1, 0).Length, value.Length);
        foreach (var client in clients)
        {
            var places = Enumerable.Range(0, 10)
                .Select(n => value.IndexOf(Appended(client.Number, n), StringComparison.Ordinal)).ToArray();
            Assert.DoesNotContain(-1, places);
            Assert.Equal(places.Order(), places);
        }
    });

    [Fact]
    [Scenario("append check in the generic driver", IsRandom = true)]
    public void Append_check_in_the_generic_driver() => Run(new GenericTest
    {
        Clients = 5,
        ChecksAppends = true,
        IsUnreliable = true,
        Restarts = true,
        Partitions = true,
    });

    private static void Run(GenericTest generic, int servers = 5, [CallerMemberName] string test = "") =>
        KvLab.Run(servers, (generic with { LongestLog = LongestLog }).Run, WithSnapshots, test: test);

    private static SeedConfiguration WithSnapshots(SeedConfiguration configuration) =>
        configuration with { SnapshotEveryEntries = 10, TrailingEntries = 5 };

    private static string Appended(int client, int n) =>
        string.Create(CultureInfo.InvariantCulture, $"x({client},{n})");
}
