using RaftKv.Consensus;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class RandomLifeTests
{
    private const int Seeds = 250;
    private const int Lives = 8;

    [Fact]
    public void Random_writes_rolls_and_compactions_survive_crashes_power_losses_and_failing_disks()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            try
            {
                RunSeed(new Decisions(seed));
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}: {exception}");
            }
        }
    }

    private static void RunSeed(Decisions decisions)
    {
        var (workload, crash) = (decisions.Stream(Concern.Workload), decisions.Stream(Concern.Crash));
        var bench = new StorageBench(latencies: decisions.Stream(Concern.Disk));
        var faults = bench.Volume.Faults;
        for (var life = 0; life < Lives; life++)
        {
            faults.MeanLatency = TimeSpan.FromMilliseconds(crash.Choose("latency", 2));
            if (faults.MeanLatency == TimeSpan.Zero)
            {
                Assert.True(bench.Live(() => LiveAsync(bench, workload)));
            }
            else
            {
                var operations = 1 + crash.Choose("operations", 60);
                bench.Live(() => LiveAsync(bench, workload), operations, then: () =>
                {
                    faults.NextFlushFails = crash.Choose("flush fails", 4) == 3;
                    faults.NextWriteFails = crash.Choose("write fails", 4) == 3;
                    if (crash.Choose("full", 4) == 3) faults.CapacityBytes = bench.Volume.UsedBytes + 1000;
                });
            }

            (faults.NextFlushFails, faults.NextWriteFails, faults.CapacityBytes) = (false, false, long.MaxValue);
            if (crash.Choose("power", 2) == 1) bench.Volume.LosePower(crash);
        }

        faults.MeanLatency = TimeSpan.Zero;
        Assert.True(bench.Live(() => bench.OpenAsync()));
    }

    private static async Task LiveAsync(StorageBench bench, IDecisions workload)
    {
        await bench.OpenAsync();
        var steps = workload.Choose("steps", 40);
        for (var step = 0; step < steps; step++) await StepAsync(bench, workload);
    }

    private static async Task StepAsync(StorageBench bench, IDecisions workload)
    {
        var (log, snapshot) = (bench.Written, bench.Written.Snapshot.Index.Value);
        var behind = (int)(log.LastIndex - snapshot);
        switch (workload.Choose("step", 12))
        {
            case 0:
                bench.WriteTerm(log.HardState.Term.Value + 1, workload.Choose("vote", 4));
                break;
            case 1 when log.HardState.VotedFor == NodeId.None:
                bench.WriteTerm(log.HardState.Term.Value, 1 + workload.Choose("vote", 3));
                break;
            case 2 when behind > 0:
                bench.WriteTerm(log.HardState.Term.Value + 1);
                bench.WriteEntries(snapshot + 1 + workload.Choose("conflict", behind), Lengths(workload));
                break;
            case 3 when behind > 0:
                var index = snapshot + 1 + workload.Choose("snapshot", behind);
                await bench.CompactAsync(index, index - workload.Choose("trailing", (int)Math.Min(index, 10)));
                break;
            case 4 when workload.Choose("reset", 3) == 2:
                index = snapshot + 1 + workload.Choose("beyond", behind + 20);
                await bench.ResetAsync(new SnapshotId(new(index), log.HardState.Term));
                break;
            case < 9:
                bench.WriteEntries(log.LastIndex + 1, Lengths(workload));
                break;
            default:
                await bench.FlushAsync();
                break;
        }
    }

    private static int[] Lengths(IDecisions workload)
    {
        var lengths = new int[1 + workload.Choose("entries", 4)];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = workload.Choose("length", workload.Choose("long", 20) == 19 ? 6000 : 700);
        return lengths;
    }
}
