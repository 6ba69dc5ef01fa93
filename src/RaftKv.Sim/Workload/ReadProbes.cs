using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;
using RaftKv.Server;
using RaftKv.Sim.Faults;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>
/// Readers on the servers' own hosts, who need no Clerk and so read where no Clerk looks any more: of every server that
/// believes to lead, and sometimes of any. A read sees all that was committed anywhere when it began; that is more than
/// a history shows, where a new leader's first entries leave no trace.
/// </summary>
internal sealed class ReadProbes(SimWorld world, SimCluster cluster, SeedConfiguration configuration)
    : RepeatingFaults(world, world.Decisions.Stream(Concern.Workload, lane: -1), configuration.ReadProbeEvery)
{
    protected override void Strike()
    {
        for (var index = 0; index < cluster.Hosts.Count; index++)
        {
            if (cluster.ServerOn(index) is not { } server || !cluster.Hosts[index].IsRunning)
                continue;
            if (server.Replica.Raft.Role == Role.Leader || Choose.Choose("any", 8) == 7)
                cluster.Hosts[index].Post(() => _ = ReadAsync(server.Replica, Choose.Choose("lease", 4) > 0));
        }
    }

    private async Task ReadAsync(Replica<KvResult> replica, bool byLease)
    {
        var committed = cluster.Checks.LastCommitted;
        var outcome = await replica.ReadAsync(byLease);
        if (outcome.End == ReadEnd.Ready && replica.Applied < committed)
            World.Scheduler.Fail(null, new InvariantViolationException("a read sees what was committed before it",
                $"{replica.Raft.Id} lets read what it has applied, {replica.Applied}, though {committed} was committed "
                + "when it was asked"));
    }
}
