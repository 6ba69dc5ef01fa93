using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;
using RaftKv.Server;
using RaftKv.Sim.Faults;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>
/// Readers on the servers' own hosts, who need no Clerk and so read where no Clerk looks any more: of every server that
/// believes to lead, and sometimes of any; by lease, by a round, through the log. A read sees all that was committed
/// anywhere when it began; that is more than a history shows, where a new leader's first entries leave no trace.
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
                cluster.Hosts[index].Post(() => _ = ReadAsync(server));
        }
    }

    private async Task ReadAsync(KvServer server)
    {
        var committed = cluster.Checks.LastCommitted;
        var one = new RequestId(1);
        var reply = await server.ExecuteAsync(new KvCommand(KvRequest.Get("k0"), default, one, one)
        {
            Consistency = Choose.Choose("how", 4) switch
            {
                0 => ReadConsistency.Log,
                1 => ReadConsistency.ReadIndex,
                _ => ReadConsistency.Lease,
            },
        });
        var applied = server.Replica.Applied;
        if (reply.Status == KvStatus.Ok && applied < committed)
            World.Scheduler.Fail(null, new InvariantViolationException("a read sees what was committed before it",
                $"{server.Replica.Raft.Id} answers from what it has applied, {applied}, though {committed} was "
                + "committed when it was asked"));
    }
}
