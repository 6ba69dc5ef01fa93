using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 4B: the key-value service, without snapshots.</summary>
public sealed class Kv4B
{
    [Fact]
    [Scenario(nameof(TestBasic4B), IsRandom = true)]
    public void TestBasic4B() => Run(new GenericTest());

    [Fact]
    [Scenario(nameof(TestSpeed4B), IsRandom = true)]
    public void TestSpeed4B() => KvLab.Run(3, SpeedTest.Run);

    [Fact]
    [Scenario(nameof(TestConcurrent4B), IsRandom = true)]
    public void TestConcurrent4B() => Run(new GenericTest { Clients = 5 });

    [Fact]
    [Scenario(nameof(TestUnreliable4B), IsRandom = true)]
    public void TestUnreliable4B() => Run(new GenericTest { Clients = 5, IsUnreliable = true });

    [Fact]
    [Scenario(nameof(TestOnePartition4B), IsRandom = true)]
    public void TestOnePartition4B() => KvLab.Run(5, lab =>
    {
        lab.Network.IsUnreliable = true;
        lab.Put(lab.NewClient(), "1", "13");
        var leader = lab.CheckOneLeader();
        int[] minority = [leader, (leader + 1) % 5];
        int[] majority = [.. Enumerable.Range(0, 5).Except(minority)];
        lab.Network.Partition(minority);
        var (major, minor, reader) = (lab.NewClient(majority), lab.NewClient(minority), lab.NewClient(minority));
        lab.Put(major, "1", "14");
        Assert.Equal("14", lab.Get(major, "1"));

        string? read = null;
        var put = minor.BeginPut("1", "15");
        var get = reader.Begin(async () => read = await reader.Clerk.GetStringAsync("1"));
        lab.Sleep(1000);
        Assert.False(put.IsDone);
        Assert.False(get.IsDone);
        Assert.Equal("14", lab.Get(major, "1"));
        lab.Put(major, "1", "16");
        Assert.Equal("16", lab.Get(major, "1"));
        Assert.False(put.IsDone || get.IsDone);

        lab.Network.Partition();
        lab.Reach(minor);
        lab.Reach(reader);
        lab.Sleep(Lab.LabElectionTimeout);
        lab.Await("what waited in the minority", () => put.IsDone && get.IsDone, TimeSpan.FromSeconds(3));
        Assert.True(read is "15" or "16", read);
        Assert.Equal("15", lab.Get(major, "1"));
    });

    [Fact]
    [Scenario(nameof(TestManyPartitionsOneClient4B), IsRandom = true)]
    public void TestManyPartitionsOneClient4B() => Run(new GenericTest { Partitions = true });

    [Fact]
    [Scenario(nameof(TestManyPartitionsManyClients4B), IsRandom = true)]
    public void TestManyPartitionsManyClients4B() => Run(new GenericTest { Clients = 5, Partitions = true });

    [Fact]
    [Scenario(nameof(TestPersistOneClient4B), IsRandom = true)]
    public void TestPersistOneClient4B() => Run(new GenericTest { Restarts = true });

    [Fact]
    [Scenario(nameof(TestPersistConcurrent4B), IsRandom = true)]
    public void TestPersistConcurrent4B() => Run(new GenericTest { Clients = 5, Restarts = true });

    [Fact]
    [Scenario(nameof(TestPersistConcurrentUnreliable4B), IsRandom = true)]
    public void TestPersistConcurrentUnreliable4B() =>
        Run(new GenericTest { Clients = 5, IsUnreliable = true, Restarts = true });

    [Fact]
    [Scenario(nameof(TestPersistPartition4B), IsRandom = true)]
    public void TestPersistPartition4B() =>
        Run(new GenericTest { Clients = 5, Restarts = true, Partitions = true });

    [Fact]
    [Scenario(nameof(TestPersistPartitionUnreliable4B), IsRandom = true)]
    public void TestPersistPartitionUnreliable4B() =>
        Run(new GenericTest { Clients = 5, IsUnreliable = true, Restarts = true, Partitions = true });

    [Fact]
    [Scenario(nameof(TestPersistPartitionUnreliableLinearizable4B), IsRandom = true)]
    public void TestPersistPartitionUnreliableLinearizable4B() => KvLab.Run(7, new GenericTest
    {
        Clients = 15,
        Keys = 100,
        IsUnreliable = true,
        Restarts = true,
        Partitions = true,
    }.Run);

    private static void Run(GenericTest generic, [CallerMemberName] string test = "") =>
        KvLab.Run(5, generic.Run, test: test);
}
