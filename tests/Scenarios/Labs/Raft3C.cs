using RaftKv.Scenarios.Catalogue;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 3C: persistence.</summary>
public sealed class Raft3C
{
    /// <summary>
    /// Entries that travel alone, and messages that take 1 to 10 ms, as long as leaders live. So a leader's first own
    /// entry comes later than the older ones that it may not commit by counting (paper figure 8). And elections that
    /// are quick, so that there are hundreds of leaders in a thousand rounds.
    /// </summary>
    private static readonly LedgerOptions _figure8 = new()
    {
        MaxAppendBytes = 1,
        Haste = 5,
        Links = new LinkConditions
        {
            LatencyLeast = TimeSpan.FromMilliseconds(1),
            JitterMean = TimeSpan.FromMilliseconds(4),
        },
    };

    [Fact]
    [Scenario(nameof(TestPersist13C), IsRandom = true)]
    public void TestPersist13C() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        lab.RestartAll();
        lab.OneOnAll();

        lab.Restart(lab.CheckOneLeader());
        lab.OneOnAll();

        var leader = lab.CheckOneLeader();
        lab.Crash(leader);
        var place = lab.One(lab.Fresh(), 2, retry: true);
        lab.Restart(leader);
        lab.Await("catching up", () => lab.Committed(place) == 3, TimeSpan.FromSeconds(5));

        var follower = (lab.CheckOneLeader() + 1) % 3;
        lab.Crash(follower);
        lab.One(lab.Fresh(), 2, retry: true);
        lab.Restart(follower);
        lab.OneOnAll();
        Assert.All(Enumerable.Range(0, 3), server => Assert.Equal(6, lab.AmountsOf(server).Distinct().Count()));
    });

    [Fact]
    [Scenario(nameof(TestPersist23C), IsRandom = true)]
    public void TestPersist23C() => LedgerLab.Run(5, lab =>
    {
        for (var round = 0; round < 5; round++)
        {
            lab.OneOnAll();
            var leader = lab.CheckOneLeader();
            lab.Crash((leader + 1) % 5);
            lab.Crash((leader + 2) % 5);
            lab.One(lab.Fresh(), 3, retry: true);

            lab.Crash(leader);
            lab.Crash((leader + 3) % 5);
            lab.Crash((leader + 4) % 5);
            lab.Restart((leader + 1) % 5);
            lab.Restart((leader + 2) % 5);
            lab.Sleep(Lab.LabElectionTimeout);
            lab.Restart((leader + 3) % 5);
            lab.One(lab.Fresh(), 3, retry: true);

            lab.Restart((leader + 4) % 5);
            lab.Restart(leader);
        }

        lab.OneOnAll();
    });

    [Fact]
    [Scenario(nameof(TestPersist33C), IsRandom = true)]
    public void TestPersist33C() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        var leader = lab.CheckOneLeader();
        lab.Network.Disconnect((leader + 2) % 3);
        var committed = lab.Fresh();
        lab.One(committed, 2, retry: true);

        lab.Crash(leader);
        lab.Crash((leader + 1) % 3);
        lab.Network.Connect((leader + 2) % 3);
        lab.Restart(leader);
        lab.One(lab.Fresh(), 2, retry: true);

        lab.Restart((leader + 1) % 3);
        lab.OneOnAll();
        Assert.Contains(committed, lab.AmountsOf((leader + 2) % 3));
    });

    [Fact]
    [Scenario(nameof(TestFigure83C), IsRandom = true)]
    public void TestFigure83C() => LedgerLab.Run(5, lab =>
    {
        lab.One(lab.Fresh(), 1, retry: true);
        for (var round = 0; round < 1000; round++)
        {
            var leader = StartOnAll(lab);
            SleepALittle(lab);
            if (leader is { } victim)
                lab.Crash(victim);
            var server = lab.Random(5);
            if (lab.Hosts.Count(host => host.IsRunning) < 3 && !lab.IsUp(server))
                lab.Restart(server);
        }

        for (var server = 0; server < 5; server++)
        {
            if (!lab.IsUp(server))
                lab.Restart(server);
        }

        lab.OneOnAll();
    }, _figure8);

    [Fact]
    [Scenario(nameof(TestUnreliableAgree3C), IsRandom = true)]
    public void TestUnreliableAgree3C() => LedgerLab.Run(5, lab =>
    {
        lab.Network.IsUnreliable = true;
        for (var round = 1; round < 50; round++)
            lab.Agree([lab.Fresh(), lab.Fresh(), lab.Fresh(), lab.Fresh(), lab.Fresh()], 1, retry: true);
        lab.Network.IsUnreliable = false;
        lab.OneOnAll();
    });

    [Fact]
    [Scenario(nameof(TestFigure8Unreliable3C), IsRandom = true)]
    public void TestFigure8Unreliable3C() => LedgerLab.Run(5, lab =>
    {
        lab.Network.IsUnreliable = true;
        lab.One(lab.Fresh(), 1, retry: true);
        for (var round = 0; round < 1000; round++)
        {
            lab.Network.IsReordering |= round == 200;
            var leader = StartOnAll(lab);
            SleepALittle(lab);
            if (leader is { } victim && lab.Random(2) == 0)
                lab.Network.Disconnect(victim);
            var server = lab.Random(5);
            if (lab.Connected().Count() < 3 && !lab.Network.IsConnected(server))
                lab.Network.Connect(server);
        }

        for (var server = 0; server < 5; server++)
            lab.Network.Connect(server);
        lab.OneOnAll();
    }, _figure8 with { Haste = 1 });

    [Fact]
    [Scenario(nameof(TestReliableChurn3C), IsRandom = true)]
    public void TestReliableChurn3C() => LedgerLab.Run(5, lab => Churn(lab, isUnreliable: false));

    [Fact]
    [Scenario(nameof(TestUnreliableChurn3C), IsRandom = true)]
    public void TestUnreliableChurn3C() => LedgerLab.Run(5, lab => Churn(lab, isUnreliable: true));

    private static void Churn(LedgerLab lab, bool isUnreliable)
    {
        lab.Network.IsUnreliable = isUnreliable;
        ChurnClient[] clients = [new(lab, 0), new(lab, 1), new(lab, 2)];
        Array.ForEach(clients, client => client.Begin());
        for (var round = 0; round < 20; round++)
        {
            if (lab.Random(1000) < 200)
                lab.Network.Disconnect(lab.Random(5));
            if (lab.Random(1000) < 500)
            {
                var server = lab.Random(5);
                if (lab.IsUp(server))
                    lab.Network.Connect(server);
                else
                    lab.Restart(server);
            }

            if (lab.Random(1000) < 200)
                lab.Crash(lab.Random(5));
            lab.Sleep(700);
        }

        lab.Sleep(Lab.LabElectionTimeout);
        lab.Network.IsUnreliable = false;
        for (var server = 0; server < 5; server++)
        {
            if (lab.IsUp(server))
                lab.Network.Connect(server);
            else
                lab.Restart(server);
        }

        Array.ForEach(clients, client => client.IsStopped = true);
        lab.Sleep(Lab.LabElectionTimeout);
        lab.OneOnAll();
        var seen = clients.SelectMany(client => client.Seen).ToArray();
        for (var server = 0; server < 5; server++)
            Assert.Empty(seen.Except(lab.AmountsOf(server)));
    }

    /// <returns>The last server that took the command.</returns>
    private static int? StartOnAll(LedgerLab lab)
    {
        int? leader = null;
        var amount = lab.Fresh();
        for (var server = 0; server < 5; server++)
        {
            if (lab.Start(server, amount) is not null)
                leader = server;
        }

        return leader;
    }

    /// <summary>Less than 13 ms in nine of ten cases, else less than half the labs' election time-out.</summary>
    private static void SleepALittle(LedgerLab lab) =>
        lab.Sleep(lab.Choose.Between("sleep", TimeSpan.Zero, lab.Random(1000) < 100
            ? Lab.LabElectionTimeout / 2
            : TimeSpan.FromMilliseconds(13)));
}
