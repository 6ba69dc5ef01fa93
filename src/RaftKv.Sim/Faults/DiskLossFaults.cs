using RaftKv.Consensus;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// Takes one server's disk away for good, once. The server must refuse to start with the empty one; is started all the
/// same as if it were new, under its old id; and must have no say then (see <see cref="SimCluster.LoseDisk"/>). An
/// administrator puts a new server in its place, step by step, through whatever else goes wrong.
/// </summary>
internal sealed class DiskLossFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : FaultInjector(world, world.Decisions.Stream(Concern.Disk, lane: -2))
{
    public override void Start()
    {
        if (configuration.DiskLossAfter > TimeSpan.Zero)
            Later(Choose.Exponential("disk loss", configuration.DiskLossAfter), Strike);
    }

    private void Strike()
    {
        var victim = Choose.Choose("victim", configuration.Nodes);
        if (!cluster.LoseDisk(victim))
        {
            Later(configuration.DiskLossAfter, Strike);
            return;
        }

        World.Scheduler.Record(null, TraceKind.Fault, victim, 0, $"{cluster.Hosts[victim]} has lost its disk");
        if (cluster.AddServer() is { } successor)
            Replace(new NodeId(victim + 1), successor);
    }

    /// <summary>Goes on in the healing phase: it is a repair.</summary>
    private void Replace(NodeId lost, Member successor)
    {
        if (cluster.Leader(Choose) is { } leader)
        {
            if (NextStep(leader.Replica.Raft, lost, successor) is { } change)
                cluster.ChangeMembership(leader, [change]);
            else if (leader.Replica.Raft.ConfigurationIndex <= leader.Replica.Raft.CommitIndex)
                return;
        }

        World.After(configuration.ElectionTimeout * 2, () => Replace(lost, successor));
    }

    private static MemberChange? NextStep(Raft raft, NodeId lost, Member successor)
    {
        if (raft.Configuration.Find(successor.Id) is not { } member)
            return new(MemberChangeKind.AddLearner, successor.Id, successor.Address);
        if (member.Role == MemberRole.Learner)
            return new(MemberChangeKind.Promote, successor.Id);
        return raft.Configuration.Find(lost) is null ? null : new(MemberChangeKind.Remove, lost);
    }
}
