using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Sim;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Reads of every kind: what each costs, who may answer, and that none but a stale one is old.</summary>
public sealed class ReadScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;
    private static readonly ReadOptions _log = new() { Consistency = ReadConsistency.Log };
    private static readonly ReadOptions _lease = new() { Consistency = ReadConsistency.Lease };

    [Fact]
    [Scenario("reads through the log", IsRandom = true)]
    public void Reads_through_the_log() => KvLab.Run(5, lab =>
    {
        Assert.Equal(10, GrowthOfTheLog(lab, _log, count: 10));
        ReadAtDeposedLeaders(lab, _log);
        UseUnderFaults(lab, _log);
    });

    [Fact]
    [Scenario("ReadIndex on the leader", IsRandom = true)]
    public void ReadIndex_on_the_leader() => KvLab.Run(5, lab =>
    {
        Assert.Equal(0, GrowthOfTheLog(lab, ReadOptions.Default, count: 10));
        ReadAtDeposedLeaders(lab, ReadOptions.Default);
        UseUnderFaults(lab, ReadOptions.Default);
    });

    [Fact]
    [Scenario("ReadIndex on a follower", IsRandom = true)]
    public void ReadIndex_on_a_follower() => KvLab.Run(5, lab =>
    {
        var writer = lab.NewClient();
        lab.Put(writer, "k", "old");
        var follower = (lab.CheckOneLeader() + 1) % 5;
        // A client that reaches nobody but the follower gets what was written last.
        var reader = lab.NewClient(follower);
        var reads = new ReadOptions { Servers = [lab.AddressOf(follower)] };
        for (var write = 0; write < 10; write++)
        {
            var value = lab.FreshValue();
            lab.Put(writer, "k", value);
            Assert.Equal(value, lab.Read(reader, "k", reads).Text);
        }

        // A follower that is cut off cannot know, and must not guess.
        lab.Network.Disconnect(follower);
        lab.Put(writer, "k", "new");
        var read = KvLab.BeginRead(reader, "k", reads);
        lab.Sleep(2000);
        Assert.False(read.IsDone);
        lab.Network.Connect(follower);
        lab.Await("the read", () => read.IsDone, _recovery);
        Assert.Equal("new", read.Text);
        UseUnderFaults(lab, new ReadOptions { Servers = [.. Enumerable.Range(0, 5).Select(lab.AddressOf)] });
    });

    [Fact]
    [Scenario("lease reads", IsRandom = true)]
    public void Lease_reads() => KvLab.Run(5, lab =>
    {
        Assert.Equal(0, GrowthOfTheLog(lab, _lease, count: 10));
        ReadAtDeposedLeaders(lab, _lease);
        UseUnderFaults(lab, _lease);
    }, WithLeases);

    [Fact]
    [Scenario("30-second pause of the leader with leases", IsRandom = true)]
    public void A_30_second_pause_of_the_leader_with_leases() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        lab.Put(client, "k", "old");
        var leader = lab.CheckOneLeader();
        Assert.Equal("old", lab.Read(client, "k", _lease).Text);
        var late = lab.NewClient(leader);
        lab.Read(late, "k", _lease);
        lab.Hosts[leader].Pause();
        lab.Put(client, "k", "new");

        // The read waits at the paused leader, whose lease ran out while it stood still.
        var read = KvLab.BeginRead(late, "k", _lease);
        lab.Sleep(30_000);
        Assert.False(read.IsDone);
        lab.Hosts[leader].Resume();
        lab.Sleep(1);
        lab.Reach(late);
        lab.Await("the late read", () => read.IsDone, _recovery);
        Assert.Equal("new", read.Text);
    }, WithLeases);

    [Fact]
    [Scenario("stale reads are marked and monotonic", IsRandom = true)]
    public void Stale_reads_are_marked_and_monotonic() => KvLab.Run(3, lab =>
    {
        var writer = lab.NewClient();
        lab.Put(writer, "k", "old");
        var follower = (lab.CheckOneLeader() + 1) % 3;
        lab.Await("the value on all servers", () => lab.AppliedBy(follower) >= lab.Checks.LastCommitted, _recovery);
        var reads = new ReadOptions { Consistency = ReadConsistency.Stale, Servers = [lab.AddressOf(follower)] };
        var reader = lab.NewClient();
        lab.Network.Disconnect(follower);
        lab.Put(writer, "k", "new");
        var stale = lab.Read(reader, "k", reads);
        Assert.True(stale.Result.IsStale);
        Assert.Equal("old", stale.Text);

        lab.Network.Connect(follower);
        var (last, revisions) = (stale.Result.Revision, new HashSet<long>());
        for (var read = 0; read < 50; read++)
        {
            lab.Put(writer, "k", lab.FreshValue());
            var next = lab.Read(reader, "k", reads).Result;
            Assert.True(next.IsStale);
            Assert.True(next.Revision >= last);
            revisions.Add(last = next.Revision);
        }

        Assert.InRange(revisions.Count, 2, 50);
    });

    /// <summary>How much longer the log is after some reads and nothing else.</summary>
    private static long GrowthOfTheLog(KvLab lab, ReadOptions reads, int count)
    {
        var client = lab.NewClient();
        lab.Put(client, "k", lab.FreshValue());
        var leader = lab.CheckOneLeader();
        var before = lab.RaftOf(leader)!.LastIndex;
        for (var read = 0; read < count; read++)
            lab.Read(client, "k", reads);
        return lab.RaftOf(leader)!.LastIndex - before;
    }

    /// <summary>
    /// Ten times: a leader is cut off from the other servers, which write something new; a client that reaches only
    /// this leader must not be told the old value.
    /// </summary>
    private static void ReadAtDeposedLeaders(KvLab lab, ReadOptions reads)
    {
        var writer = lab.NewClient();
        for (var round = 0; round < 10; round++)
        {
            var leader = lab.CheckOneLeader();
            var reader = lab.NewClient(leader);
            lab.Read(reader, "k", reads);
            lab.Network.Disconnect(leader);
            var value = lab.FreshValue();
            lab.Put(writer, "k", value);
            var read = KvLab.BeginRead(reader, "k", reads);
            lab.Sleep(Lab.ElectionTimeout);
            Assert.False(read.IsDone);
            lab.Network.Connect(leader);
            lab.Reach(reader);
            lab.Await("the read", () => read.IsDone, _recovery);
            Assert.Equal(value, read.Text);
        }
    }

    private static void UseUnderFaults(KvLab lab, ReadOptions reads)
    {
        var traffic = new Traffic(lab, clients: 4, reads);
        for (var fault = 0; fault < 10; fault++)
        {
            var leader = Enumerable.Range(0, lab.Servers).FirstOrDefault(lab.Leads);
            if (lab.Random(3) == 0)
                lab.Restart(leader);
            else
                lab.Network.Partition(leader, lab.Random(lab.Servers));
            lab.Sleep(lab.Choose.Between("fault", TimeSpan.Zero, 2 * Lab.ElectionTimeout));
            lab.Network.Partition();
            lab.Sleep(lab.Choose.Between("calm", TimeSpan.Zero, Lab.ElectionTimeout));
        }

        traffic.AwaitProgress(_recovery);
        traffic.Stop();
    }

    private static SeedConfiguration WithLeases(SeedConfiguration configuration) =>
        configuration with { LeaseReads = true, ClockDriftPercent = 10 };
}
