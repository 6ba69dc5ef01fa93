using System.Runtime.CompilerServices;
using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 3D: snapshots.</summary>
public sealed class Raft3D
{
    private const int SnapshotEvery = 10;

    /// <summary>The labs' bound on the persisted log; here on the log in memory, as a segment is larger.</summary>
    private const int LongestLogBytes = 2000;

    [Fact]
    [Scenario(nameof(TestSnapshotBasic3D), IsRandom = true)]
    public void TestSnapshotBasic3D() => Run(lab => Rounds(lab, null, null));

    [Fact]
    [Scenario(nameof(TestSnapshotInstall3D), IsRandom = true)]
    public void TestSnapshotInstall3D() =>
        Run(lab => Rounds(lab, lab.Network.Disconnect, lab.Network.Connect));

    [Fact]
    [Scenario(nameof(TestSnapshotInstallUnreliable3D), IsRandom = true)]
    public void TestSnapshotInstallUnreliable3D() => Run(lab =>
    {
        lab.Network.IsUnreliable = true;
        Rounds(lab, lab.Network.Disconnect, lab.Network.Connect);
    });

    [Fact]
    [Scenario(nameof(TestSnapshotInstallCrash3D), IsRandom = true)]
    public void TestSnapshotInstallCrash3D() => Run(lab => Rounds(lab, lab.Crash, lab.Restart));

    [Fact]
    [Scenario(nameof(TestSnapshotInstallUnCrash3D), IsRandom = true)]
    public void TestSnapshotInstallUnCrash3D() => Run(lab =>
    {
        lab.Network.IsUnreliable = true;
        Rounds(lab, lab.Crash, lab.Restart);
    });

    [Fact]
    [Scenario(nameof(TestSnapshotAllCrash3D), IsRandom = true)]
    public void TestSnapshotAllCrash3D() => Run(lab =>
    {
        lab.Network.IsUnreliable = true;
        lab.OneOnAll();
        for (var round = 0; round < 5; round++)
        {
            for (var commands = (SnapshotEvery / 2) + lab.Random(SnapshotEvery); commands > 0; commands--)
                lab.OneOnAll();
            var before = lab.OneOnAll();
            lab.RestartAll();
            Assert.True(lab.OneOnAll() > before);
        }
    });

    [Fact]
    [Scenario(nameof(TestSnapshotInit3D), IsRandom = true)]
    public void TestSnapshotInit3D() => Run(lab =>
    {
        lab.Network.IsUnreliable = true;
        for (var commands = 0; commands <= SnapshotEvery; commands++)
            lab.OneOnAll();
        lab.RestartAll();
        // Writes the log again; a server that forgets its snapshot here shows it after the next restart.
        lab.OneOnAll();
        lab.RestartAll();
        lab.OneOnAll();
        Assert.All(Enumerable.Range(0, 3), server =>
        {
            Assert.True(lab.RaftOf(server)!.Snapshot.Index > LogIndex.Zero);
            Assert.Equal(SnapshotEvery + 3, lab.AmountsOf(server).Distinct().Count());
        });
    });

    private static void Run(Action<LedgerLab> scenario, [CallerMemberName] string test = "") =>
        LedgerLab.Run(3, scenario, new LedgerOptions { SnapshotEvery = SnapshotEvery }, test);

    /// <summary>Thirty rounds; in each, a victim is away while there are enough commands for a snapshot.</summary>
    private static void Rounds(LedgerLab lab, Action<int>? away, Action<int>? back)
    {
        lab.OneOnAll();
        var leader = lab.CheckOneLeader();
        for (var round = 0; round < 30; round++)
        {
            var (victim, sender) = ((leader + 1) % 3, leader);
            if (round % 3 == 1)
                (victim, sender) = (sender, victim);
            var present = away is null ? 3 : 2;
            away?.Invoke(victim);
            if (away is not null)
                lab.One(lab.Fresh(), present, retry: true);

            for (var commands = (SnapshotEvery / 2) + lab.Random(SnapshotEvery); commands > 0; commands--)
                lab.Start(sender, lab.Fresh());
            lab.One(lab.Fresh(), present, retry: true);
            if (back is null)
                lab.Sleep(Lab.HeartbeatInterval);
            Assert.InRange(lab.LongestLog, 0, LongestLogBytes);
            if (back is null)
                continue;
            back(victim);
            lab.OneOnAll();
            leader = lab.CheckOneLeader();
        }

        if (away is null)
            Assert.Equal(0, lab.Installs);
        else
            Assert.NotEqual(0, lab.Installs);
        Assert.All(Enumerable.Range(0, 3), server =>
            Assert.True(lab.RaftOf(server)!.Snapshot.Index > LogIndex.Zero));
    }
}
