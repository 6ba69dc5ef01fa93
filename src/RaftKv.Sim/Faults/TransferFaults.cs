using RaftKv.Consensus;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// An administrator who hands the leadership about, to anyone whether fit or not, and who shuts servers down in good
/// order, which hands over theirs. Some who hand it over are cut off from the other servers before they hear that they
/// did.
/// </summary>
internal sealed class TransferFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Crash, lane: 3), configuration.TransferEvery)
{
    protected override void Strike()
    {
        var victim = Choose.Choose("server", cluster.Hosts.Count);
        var target = new NodeId(Choose.Choose("successor", cluster.Hosts.Count + 1));
        if (Choose.Choose("leader", 2) == 1 && cluster.Leader(Choose) is { } leader)
            victim = leader.Replica.Raft.Id.Value - 1;
        var leaves = Choose.Choose("shut down", 4) == 3;
        if (cluster.ServerOn(victim) is not { } server || !cluster.Hosts[victim].IsRunning)
            return;
        var host = cluster.Hosts[victim];
        if (!leaves)
        {
            host.Post(() => _ = server.Replica.TransferAsync(target));
            if (Choose.Choose("cut off", 2) == 1)
                Later(Choose.Exponential("told", configuration.Latency * 2), () => CutOff(host));
            return;
        }

        var generation = host.Generation;
        host.Post(() => _ = LeaveAsync());

        async Task LeaveAsync()
        {
            await server.StopAsync();
            World.After(TimeSpan.Zero, () =>
            {
                if (host.IsRunning && host.Generation == generation)
                    host.Crash(isPowerLoss: false);
                // The healing phase starts those that are down; one that ends later is started here.
                World.After(Choose.Exponential("downtime", configuration.ElectionTimeout * 2), () =>
                {
                    if (!host.IsRunning)
                        host.Start();
                });
            });
        }
    }

    private void CutOff(SimNode host)
    {
        cluster.SetLinks(host, isUp: false);
        var time = Choose.Exponential("cut off", configuration.ElectionTimeout * 2);
        Later(time, () => cluster.SetLinks(host, isUp: true));
    }
}
