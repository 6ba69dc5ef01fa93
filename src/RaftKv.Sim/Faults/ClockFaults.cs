using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>Lets the servers' clocks run too fast or too slow, and their wall clocks jump.</summary>
/// <remarks>
/// The rates of a world with leases stay within the drift that the leases allow for, and go to its ends where that
/// tells: the leader's clock the slowest, those of its voters the fastest.
/// </remarks>
internal sealed class ClockFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(
        world, world.Decisions.Stream(Concern.Clock, lane: -1),
        configuration.ClockFaults ? TimeSpan.FromSeconds(1) : TimeSpan.Zero)
{
    /// <summary>In per cent of true time: within the bound if leases rely on one.</summary>
    private int Rate() => configuration.LeaseReads
        ? 100 - configuration.ClockDriftPercent + Choose.Choose("drift", (configuration.ClockDriftPercent * 2) + 1)
        : 100 + Choose.Choose("faster", 101) - Choose.Choose("slower", 51);

    protected override void Strike()
    {
        var clock = cluster.Hosts[Choose.Choose("victim", cluster.Hosts.Count)].Time;
        switch (Choose.Choose("rate or jump", 4))
        {
            case 0:
                clock.SetRate(Rate(), 100);
                break;
            case < 3 when configuration.LeaseReads && cluster.Leader(Choose) is { } leader:
                StretchLeaseOf(cluster.Hosts[leader.Replica.Raft.Id.Value - 1]);
                break;
            default:
                clock.JumpWall(TimeSpan.FromSeconds(Choose.Choose("jump", 7201) - 3600));
                break;
        }
    }

    private void StretchLeaseOf(SimNode leader)
    {
        var drift = configuration.ClockDriftPercent;
        foreach (var host in cluster.Hosts)
            host.Time.SetRate(host == leader ? 100 - drift : 100 + drift, 100);
    }
}
