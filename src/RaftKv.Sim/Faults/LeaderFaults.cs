using RaftKv.Consensus;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Ends every leader, many of them moments after their election or as soon as they have committed something, which
/// nobody else knows then; or cuts it off from the other servers, or all but one, but not from its clients; or freezes
/// it until its successor has handed over to another, so that it finds in one turn what clients asked and what two
/// leaders sent since. Where leaders follow one another like this, servers hold uncommitted entries of several terms,
/// which is when Raft's finer rules matter.
/// </summary>
internal sealed class LeaderFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : FaultInjector(world, world.Decisions.Stream(Concern.Crash, lane: 2))
{
    private Freezing? _freezing;

    public override void Start()
    {
        if (configuration.LeaderFaultPercent == 0)
            return;
        cluster.Checks.Elected += OnElected;
        cluster.Checks.Commits += leader =>
        {
            if (Choose.Choose("at its first commit", 3) == 2)
                Later(TimeSpan.Zero, () => Strike(cluster.Hosts[leader.Value - 1]));
        };
    }

    private void OnElected(NodeId leader)
    {
        if (_freezing is not { } freezing)
        {
            StrikeSoon(leader);
        }
        else if (freezing.IsHandedOver)
        {
            var heartbeat = configuration.HeartbeatInterval;
            Later(heartbeat + Choose.Exponential("thaw", heartbeat), () => Thaw(freezing));
        }
        else
        {
            freezing.IsHandedOver = true;
            Later(TimeSpan.Zero, () => HandOver(leader.Value - 1));
        }
    }

    private void StrikeSoon(NodeId leader)
    {
        var mean = Choose.Choose("soon", 100) >= 100 - configuration.LeaderFaultPercent
            // At once, only its own disk gets what it appends.
            ? (configuration.Latency + configuration.FlushLatency) * (Choose.Choose("how soon", 2) * 4)
            : configuration.ElectionTimeout * 4;
        Later(Choose.Exponential("after election", mean), () => Strike(cluster.Hosts[leader.Value - 1]));
    }

    private void Strike(SimNode leader)
    {
        var downtime = Choose.Exponential("downtime", configuration.ElectionTimeout * 3);
        var fault = Choose.Choose("cut, crash or freeze", 4);
        if (fault == 3)
        {
            Freeze(leader);
        }
        else if (fault > 0)
        {
            cluster.SetLinks(leader, isUp: false, kept: Ally(leader));
            Later(downtime, () => cluster.SetLinks(leader, isUp: true));
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

    private void Freeze(SimNode leader)
    {
        // One at a time: its successors have parts to play.
        if (_freezing is not null || !leader.IsRunning)
            return;
        leader.Pause();
        var freezing = _freezing = new Freezing(leader);
        Later(configuration.ElectionTimeout * 5, () => Thaw(freezing));
    }

    private void Thaw(Freezing freezing)
    {
        if (_freezing != freezing)
            return;
        freezing.Leader.Resume();
        _freezing = null;
    }

    private void HandOver(int leader)
    {
        var host = cluster.Hosts[leader];
        if (host.IsRunning && cluster.ServerOn(leader) is { } server)
            host.Post(() => _ = server.Replica.TransferAsync());
    }

    /// <summary>A follower that it keeps, half of the time, and that goes on to take its entries.</summary>
    private SimNode? Ally(SimNode leader)
    {
        var ally = Choose.Choose("ally", cluster.Hosts.Count * 2);
        return ally < cluster.Hosts.Count && cluster.Hosts[ally] != leader ? cluster.Hosts[ally] : null;
    }

    private sealed class Freezing(SimNode leader)
    {
        public SimNode Leader { get; } = leader;

        /// <summary>Whether its successor has been told to hand over.</summary>
        public bool IsHandedOver { get; set; }
    }
}
