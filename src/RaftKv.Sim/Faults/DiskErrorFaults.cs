using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Lets a server's disk fail once: a write that stores half, a flush that drops what it should have written, a read
/// that fails, a disk that is full for a while. The server must stop rather than go on from what it cannot know; the
/// cluster's operator (see <see cref="SimCluster"/>) repairs the disk and starts it again.
/// </summary>
internal sealed class DiskErrorFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Disk, lane: -1), configuration.DiskErrorEvery)
{
    protected override void Strike()
    {
        var victim = Choose.Choose("victim", cluster.Hosts.Count);
        var volume = cluster.Disks[victim].Volume;
        switch (Choose.Choose("disk error", 4))
        {
            case 0:
                volume.Faults.NextWriteFails = true;
                Tell(victim, "its next write fails");
                break;
            case 1:
                volume.Faults.NextFlushFails = true;
                Tell(victim, "its next flush fails");
                break;
            case 2:
                volume.Faults.NextReadFails = true;
                Tell(victim, "its next read fails");
                break;
            default:
                volume.Faults.CapacityBytes = volume.UsedBytes + Choose.Choose("free bytes", 20_000);
                Tell(victim, "its disk is nearly full");
                break;
        }
    }

    private void Tell(int victim, string what) =>
        World.Scheduler.Record(null, TraceKind.Fault, victim, 0, $"{cluster.Hosts[victim]}: {what}");
}
