using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Makes what a server hears, says, or both late by up to an election time-out; half of the time what it says is lost a
/// little later, while answers to what it had said still come in. A leader, half of the time, so that what it believes
/// to be new is old.
/// </summary>
internal sealed class SlowLinkFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Partition, lane: 1), configuration.SlowLinkEvery)
{
    protected override void Strike()
    {
        var victim = cluster.Hosts[Choose.Choose("server", cluster.Hosts.Count)];
        if (Choose.Choose("leader", 2) == 1 && cluster.Leader(Choose) is { } leader)
            victim = cluster.Hosts[leader.Replica.Raft.Id.Value - 1];
        var delay = Choose.Between("delay", configuration.HeartbeatInterval, configuration.ElectionTimeout);
        var direction = Choose.Choose("direction", 4);
        var normal = World.Network.Options.Conditions;
        Link[] into = [.. Others(victim).Select(other => World.Network.Link(other.Index, victim.Index))];
        Link[] outOf = [.. Others(victim).Select(other => World.Network.Link(victim.Index, other.Index))];
        Link[] slow = direction <= 1 ? into : direction == 2 ? outOf : [.. into, .. outOf];
        SetConditions(slow, normal with { LatencyLeast = delay });
        Tell(victim, direction <= 1 ? "hears late" : direction == 2 ? "is heard late" : "is far away");
        if (Choose.Choose("dies", 2) == 1)
        {
            Later(Choose.Exponential("mute", delay * 2), () => SetUp(outOf, isUp: false));
            Tell(victim, "is soon mute");
        }

        Later(Choose.Exponential("slow", configuration.ElectionTimeout * 4), () =>
        {
            SetConditions(slow, normal);
            SetUp(outOf, isUp: true);
            Tell(victim, "is near again");
        });
    }

    private IEnumerable<SimNode> Others(SimNode victim) => cluster.Hosts.Where(host => host != victim);

    private static void SetConditions(Link[] links, LinkConditions conditions)
    {
        foreach (var link in links)
            link.Conditions = conditions;
    }

    private static void SetUp(Link[] links, bool isUp)
    {
        foreach (var link in links)
            link.IsUp = isUp;
    }

    private void Tell(SimNode victim, string what) =>
        World.Scheduler.Record(null, TraceKind.Fault, victim.Index, 0, $"{victim} {what}");
}
