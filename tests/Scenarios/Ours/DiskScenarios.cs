using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Disks that lose, fail, fill up and hang, under a whole cluster.</summary>
public sealed class DiskScenarios
{
    private const int SnapshotEvery = 5;
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Fact]
    [Scenario("power loss at every fsync boundary", IsRandom = true)]
    public void Power_loss_after_every_disk_operation_of_each_server() => AtEveryDiskOperation(isPowerLoss: true);

    [Fact]
    [Scenario(
        "crash at every step of compaction, snapshot save, snapshot install, segment roll, hard-state update",
        IsRandom = true)]
    public void Crash_after_every_disk_operation_of_each_server() => AtEveryDiskOperation(isPowerLoss: false);

    [Fact]
    [Scenario("torn last record; bit flips in log, snapshot and hard state", IsRandom = true)]
    public void A_server_with_a_flipped_bit_refuses_to_start_and_the_others_go_on() => LedgerLab.Run(3, lab =>
    {
        for (var command = 0; command < 3 * SnapshotEvery; command++)
            lab.OneOnAll();
        var victim = lab.Random(3);
        lab.ExpectFaultOf(victim);
        lab.Crash(victim);
        var log = lab.Disks[victim].Volume.Files.First(file => file.Key.EndsWith(".log", StringComparison.Ordinal));
        // The first batch: the hard state of the first election, long durable.
        log.Value.FlipBit(lab.FirstBatchOffset + lab.Random(8), lab.Random(8));
        lab.Restart(victim);
        lab.Await("a refusal", () => lab.FaultOf(victim) is not null, _recovery);
        Assert.IsType<CorruptStorageException>(lab.FaultOf(victim));
        lab.One(lab.Fresh(), 2, retry: true);
        lab.Repair(victim, () => log.Value.FlipBit(0, 0));
    });

    [Fact]
    [Scenario("fsync returns an error once", IsRandom = true)]
    public void A_server_whose_disk_fails_to_flush_once_stops() => Fail(lab => lab.CheckOneLeader(), faults =>
        faults.NextFlushFails = true, faults => faults.NextFlushFails = false);

    [Fact]
    [Scenario("disk full", IsRandom = true)]
    public void A_server_whose_disk_is_full_stops() => Fail(lab => lab.Random(3), faults =>
        faults.CapacityBytes = 0, faults => faults.CapacityBytes = long.MaxValue);
}
