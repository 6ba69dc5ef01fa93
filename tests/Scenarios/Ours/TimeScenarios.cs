using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Clocks that are wrong, and servers that stand still.</summary>
public sealed class TimeScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Fact]
    [Scenario("clock rates from 0.5x to 2x", IsRandom = true)]
    public void Clock_rates_from_half_to_double() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        for (var change = 0; change < 10; change++)
        {
            foreach (var host in lab.Hosts)
                host.Time.SetRate(50 + lab.Random(151), 100);
            lab.Sleep(1000);
        }

        traffic.AwaitProgress(_recovery);
        traffic.Stop();
    });

    [Fact]
    [Scenario("wall clock jumps", IsRandom = true)]
    public void Wall_clock_jumps() => KvLab.Run(3, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        var leader = lab.CheckOneLeader();
        var term = lab.RaftOf(leader)!.Term;
        for (var jump = 0; jump < 20; jump++)
        {
            lab.Hosts[lab.Random(3)].Time.JumpWall(TimeSpan.FromSeconds(lab.Random(7201) - 3600));
            lab.Sleep(100);
            traffic.AwaitProgress(Lab.ElectionTimeout);
        }

        // Nothing in consensus looks at the wall clock.
        Assert.Equal(term, lab.CheckTerms());
        Assert.True(lab.Leads(leader));
        traffic.Stop();
    });

    [Fact]
    [Scenario("30-second pause of the leader without leases", IsRandom = true)]
    public void A_30_second_pause_of_the_leader_without_leases() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        lab.Put(client, "k", "old");
        var leader = lab.CheckOneLeader();
        lab.Hosts[leader].Pause();
        lab.Put(client, "k", "new");

        // The request waits at the paused server, which believes to lead when it goes on.
        var late = lab.NewClient(leader);
        string? read = null;
        var get = late.Begin(async () => read = await late.Clerk.GetStringAsync("k"));
        lab.Sleep(30_000);
        Assert.False(get.IsDone);
        lab.Hosts[leader].Resume();
        lab.Sleep(1);
        lab.Reach(late);
        lab.Await("the late read", () => get.IsDone, _recovery);
        Assert.Equal("new", read);
    });

    [Fact]
    [Scenario("long idle periods, then a fault", IsRandom = true)]
    public void Long_idle_periods_then_a_fault() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        lab.Put(client, "k", "before");
        var leader = lab.CheckOneLeader();
        var term = lab.RaftOf(leader)!.Term;
        lab.Sleep(TimeSpan.FromMinutes(10));
        Assert.Equal(term, lab.RaftOf(leader)!.Term);
        lab.Crash(leader);
        Assert.Equal("before", lab.Get(client, "k"));
        lab.Sleep(TimeSpan.FromMinutes(10));
        lab.Restart(leader);
        lab.Network.Disconnect((leader + 1) % 3);
        lab.Put(client, "k", "after");
    });
}
