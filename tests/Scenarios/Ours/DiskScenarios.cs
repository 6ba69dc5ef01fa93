using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Disks that lose, damage, fail, fill up and hang, under a whole cluster.</summary>
public sealed class DiskScenarios
{
    private const int SnapshotEvery = 5;
    private const int CommandBytes = 500;
    private static readonly LedgerOptions _options = new() { SnapshotEvery = SnapshotEvery };
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Fact]
    [Scenario("power loss at every fsync boundary", IsRandom = true)]
    public void Power_loss_after_every_disk_operation() => CrashAfterEveryDiskOperation(isPowerLoss: true);

    [Fact]
    [Scenario(
        "crash at every step of compaction, snapshot save, snapshot install, segment roll, hard-state update",
        IsRandom = true)]
    public void Crash_after_every_disk_operation() => CrashAfterEveryDiskOperation(isPowerLoss: false);

    [Fact]
    [Scenario("torn last record; bit flips in log, snapshot and hard state", IsRandom = true)]
    public void A_server_with_a_flipped_bit_refuses_to_start_and_the_others_go_on() => LedgerLab.Run(3, lab =>
    {
        for (var command = 0; command < 3 * SnapshotEvery; command++)
            lab.One(lab.Fresh(), 3, retry: true, CommandBytes);
        var victim = lab.Random(3);
        lab.ExpectFaultOf(victim);
        lab.Crash(victim);
        var files = lab.Disks[victim].Volume.Files
            .Where(file => !file.Key.EndsWith(".tmp", StringComparison.Ordinal)).ToArray();
        var (file, offset, bit) = (files[lab.Random(files.Length)].Value, lab.Random(64), lab.Random(8));
        file.FlipBit(offset, bit);
        lab.Restart(victim);
        lab.Await("a refusal", () => lab.FaultOf(victim) is not null, _recovery);
        Assert.IsType<CorruptStorageException>(lab.FaultOf(victim));
        lab.One(lab.Fresh(), 2, retry: true);

        file.FlipBit(offset, bit);
        lab.Repair(victim);
        lab.OneOnAll();
    }, _options);

    [Fact]
    [Scenario("fsync returns an error once", IsRandom = true)]
    public void A_server_whose_flush_fails_once_stops() =>
        FailDisk(faults => faults.NextFlushFails = true, faults => faults.NextFlushFails = false);

    [Fact]
    [Scenario("disk full", IsRandom = true)]
    public void A_server_whose_disk_is_full_stops() =>
        FailDisk(faults => faults.CapacityBytes = 0, faults => faults.CapacityBytes = long.MaxValue);

    [Fact]
    [Scenario("disk hangs for 30 s", IsRandom = true)]
    public void A_disk_that_hangs_for_30_s_holds_up_nobody_else() => KvLab.Run(3, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        var leader = lab.CheckOneLeader();
        for (var more = 0; more < 2; more++)
        {
            var victim = (leader + more) % 3;
            var end = lab.World.Now + TimeSpan.FromSeconds(30);
            lab.Disks[victim].Volume.Faults.HangsUntilTicks = end.Ticks;
            while (lab.World.Now < end)
            {
                traffic.AwaitProgress(_recovery);
                lab.Sleep(Lab.ElectionTimeout);
            }
        }

        traffic.Stop();
    });

    /// <summary>
    /// The same life again and again, until a server has been ended after each operation of its disk: elections,
    /// entries over several segments, snapshots, compaction, and a snapshot from another server.
    /// </summary>
    private static void CrashAfterEveryDiskOperation(bool isPowerLoss, [CallerMemberName] string test = "") =>
        ScenarioSeeds.ForEach(test, seed =>
        {
            for (var (last, isReached) = (1, true); isReached; last++)
            {
                LedgerLab.RunOnce(seed, 3, _options, lab =>
                {
                    var victim = lab.Random(3);
                    var left = last;
                    lab.Disks[victim].Volume.Faults.Operated = () =>
                    {
                        if (--left != 0)
                            return;
                        lab.Hosts[victim].Crash(isPowerLoss);
                        lab.World.After(Lab.ElectionTimeout, () =>
                        {
                            if (!lab.IsUp(victim))
                                lab.Hosts[victim].Start();
                        });
                    };
                    Live(lab, victim);
                    isReached = left <= 0;
                });
            }
        });

    private static void Live(LedgerLab lab, int victim)
    {
        Agree(lab, commands: 4);
        lab.Network.Disconnect(victim);
        Agree(lab, commands: 2 * SnapshotEvery);
        lab.Network.Connect(victim);
        lab.Sleep(2 * Lab.ElectionTimeout);
        Agree(lab, commands: SnapshotEvery);
        lab.Sleep(Lab.HeartbeatInterval);
    }

    private static void Agree(LedgerLab lab, int commands)
    {
        for (var command = 0; command < commands; command++)
            lab.One(lab.Fresh(), 2, retry: true, CommandBytes);
    }

    /// <summary>
    /// A server whose disk fails must stop and acknowledge nothing more; the others go on. What it does not know to be
    /// durable it must find out by starting again.
    /// </summary>
    private static void FailDisk(
        Action<DiskFaults> fail, Action<DiskFaults> repair, [CallerMemberName] string test = "") =>
        LedgerLab.Run(3, lab =>
        {
            Agree(lab, commands: 3);
            var victim = lab.Random(3);
            lab.ExpectFaultOf(victim);
            fail(lab.Disks[victim].Volume.Faults);
            for (var command = 0; command < 100 && lab.FaultOf(victim) is null; command++)
                lab.One(lab.Fresh(), 2, retry: true, CommandBytes);
            Assert.IsType<IOException>(lab.FaultOf(victim), exactMatch: false);
            Assert.Null(lab.RaftOf(victim));
            Agree(lab, commands: 3);

            repair(lab.Disks[victim].Volume.Faults);
            lab.Repair(victim);
            lab.OneOnAll();
        }, _options, test);
}
