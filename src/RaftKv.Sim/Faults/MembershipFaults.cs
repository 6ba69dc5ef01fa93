using RaftKv.Consensus;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// An administrator without patience: starts new servers, asks whoever leads to add, promote, demote, move out one
/// server, the leader itself or all of them at once, and leaves it to the cluster to refuse what is not possible yet.
/// </summary>
internal sealed class MembershipFaults(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Membership), configuration.MembershipEvery)
{
    protected override void Strike()
    {
        if (cluster.Leader(Choose) is not { } leader)
            return;
        var members = leader.Replica.Raft.Configuration.Members;
        var changes = Draw(leader.Replica.Raft.Id, members);
        if (changes.Count > 0)
            cluster.ChangeMembership(leader, changes);
    }

    private List<MemberChange> Draw(NodeId leader, IReadOnlyList<Member> members)
    {
        NodeId[] voters = [.. members.Where(member => member.VotesInNew).Select(member => member.Id)];
        NodeId[] learners =
        [
            .. members.Where(member => member.Role == MemberRole.Learner).Select(member => member.Id),
        ];
        switch (Choose.Choose("change", 10))
        {
            case < 3:
                return [.. Add(1)];
            case < 6 when learners.Length > 0:
                return [new(MemberChangeKind.Promote, Any(learners))];
            case 6 when learners.Length > 0:
                return
                [
                    .. learners.Select(id => new MemberChange(MemberChangeKind.Promote, id)),
                    .. voters.Select(id => new MemberChange(MemberChangeKind.Remove, id)),
                ];
            case 6:
                return [.. Add(2 + Choose.Choose("more", 2))];
            case 7:
                return [new(MemberChangeKind.Remove, leader)];
            case 8:
                return [new(MemberChangeKind.Remove, Any([.. members.Select(member => member.Id)]))];
            case 9 when voters.Length > 1:
                return [new(MemberChangeKind.Demote, Any(voters))];
            default:
                return [];
        }
    }

    /// <summary>New servers, as far as there are hosts left.</summary>
    private IEnumerable<MemberChange> Add(int count)
    {
        for (; count > 0 && cluster.AddServer() is { } added; count--)
            yield return new(MemberChangeKind.AddLearner, added.Id, added.Address);
    }

    private NodeId Any(NodeId[] ids) => ids[Choose.Choose("member", ids.Length)];
}
