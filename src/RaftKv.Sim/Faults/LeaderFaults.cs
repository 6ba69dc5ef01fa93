using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Ends every leader, many of them moments after their election, or cuts it off from the other servers but not from its
/// clients. Where leaders follow one another like this, servers hold uncommitted entries of several terms, which is
/// when Raft's finer rules matter (paper figure 8).
/// </summary>
internal sealed class LeaderFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : FaultInjector(world, world.Decisions.Stream(Concern.Crash, lane: 2))
{
    public override void Start() => cluster.Checks.Elected += leader =>
    {
        if (configuration.LeaderFaultPercent == 0)
            return;
        var mean = Choose.Choose("soon", 100) >= 100 - configuration.LeaderFaultPercent
            ? (configuration.Latency + configuration.FlushLatency) * 4
            : configuration.ElectionTimeout * 4;
        Later(Choose.Exponential("after election", mean), () => Strike(cluster.Hosts[leader.Value - 1]));
    };

    private void Strike(SimNode leader)
    {
        var downtime = Choose.Exponential("downtime", configuration.ElectionTimeout * 3);
        if (Choose.Choose("cut or crash", 3) > 0)
        {
            SetLinks(leader, isUp: false);
            Later(downtime, () => SetLinks(leader, isUp: true));
        }
        else if (leader.IsRunning)
        {
            leader.Crash(Choose.Choose("power loss", 100) >= 100 - configuration.PowerLossPercent);
            Later(downtime, () =>
            {
                if (!leader.IsRunning)
                    leader.Start();
            });
        }
    }

    private void SetLinks(SimNode leader, bool isUp)
    {
        foreach (var other in cluster.Hosts.Where(host => host != leader))
        {
            World.Network.Link(leader.Index, other.Index).IsUp = isUp;
            World.Network.Link(other.Index, leader.Index).IsUp = isUp;
        }

        World.Scheduler.Record(
            null, TraceKind.Fault, leader.Index, isUp ? 1 : 0, $"{leader} is {(isUp ? "back" : "cut off")}");
    }
}
