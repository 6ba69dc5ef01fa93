using RaftKv.Consensus;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Leaders that take turns: each is cut off at its election, before anybody else has what it appends, or once it has
/// committed something; and is back when the next one goes, to lead again with entries that no other server has. What
/// one of them commits, another may take back, unless leaders count their own term's entries only (paper figure 8).
/// </summary>
internal sealed class RivalFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : FaultInjector(world, world.Decisions.Stream(Concern.Crash, lane: 4))
{
    private SimNode? _away;

    public override void Start()
    {
        if (configuration.RivalPercent == 0)
            return;
        cluster.Checks.Elected += leader =>
        {
            var isAtOnce = Choose.Choose("at its election", 100) >= 100 - configuration.RivalPercent;
            TakeAway(leader, isAtOnce ? default : Choose.Exponential("later", configuration.ElectionTimeout * 2));
        };
        cluster.Checks.Commits += leader =>
        {
            if (Choose.Choose("at its first commit", 3) > 0)
                TakeAway(leader, default);
        };
    }

    private void TakeAway(NodeId leader, TimeSpan delay) => Later(delay, () =>
    {
        var host = cluster.Hosts[leader.Value - 1];
        if (_away == host)
            return;
        // First, so that the two of them do not meet.
        BringBack();
        _away = host;
        cluster.SetLinks(host, isUp: false);
        // Without it, the others may have no leader.
        Later(configuration.ElectionTimeout * 10, () =>
        {
            if (_away == host)
                BringBack();
        });
    });

    private void BringBack()
    {
        if (_away is not { } host)
            return;
        _away = null;
        cluster.SetLinks(host, isUp: true);
        // What was sent meanwhile is lost, and would block a connection until both ends have given it up.
        foreach (var other in cluster.Hosts)
            World.Network.BreakConnections(host.Index, other.Index);
    }
}
