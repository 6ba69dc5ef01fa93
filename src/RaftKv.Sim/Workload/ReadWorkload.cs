using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>Reads in every way there is: through the log, by a round, by lease, stale; from any server.</summary>
internal sealed class ReadWorkload(
    SeedConfiguration configuration, IDecisions choose, Clerk clerk, TimeProvider time, SimCluster cluster)
{
    public Task<KvResult> ReadAsync(int key, string name, CancellationToken cancellationToken)
    {
        if (Often("through the log", configuration.LogReadPercent))
            return AskAsync(name, new ReadOptions { Consistency = ReadConsistency.Log }, cancellationToken);
        if (Often("stale", configuration.StaleReadPercent))
            return ReadStaleAsync(key, name, cancellationToken);
        var options = new ReadOptions
        {
            Consistency = choose.Choose("lease", 2) == 1 ? ReadConsistency.Lease : ReadConsistency.ReadIndex,
            Servers = Often("any server", configuration.AnyServerPercent) ? cluster.Addresses : null,
        };
        if (options.Servers is null || configuration.MembershipEvery == TimeSpan.Zero)
            return AskAsync(name, options, cancellationToken);
        return AskBrieflyAsync(name, options, cancellationToken);
    }

    /// <summary>Of servers that may leave the cluster, all of them, one had better not wait for ever.</summary>
    private async Task<KvResult> AskBrieflyAsync(string key, ReadOptions options, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(configuration.ElectionTimeout * 10, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        return await AskAsync(key, options, either.Token);
    }

    private async Task<KvResult> ReadStaleAsync(int key, string name, CancellationToken cancellationToken)
    {
        var server = choose.Choose("server", cluster.Hosts.Count);
        var host = cluster.Hosts[server];
        var generation = host.Generation;
        var floor = cluster.StaleReads.Floor(server, generation);
        var options = new ReadOptions { Consistency = ReadConsistency.Stale, Servers = [cluster.Addresses[server]] };
        var answer = await AskAsync(name, options, cancellationToken);
        var incarnation = generation == host.Generation ? generation : 0;
        cluster.StaleReads.Check(key, answer, server, incarnation, floor);
        return answer;
    }

    private Task<KvResult> AskAsync(string key, ReadOptions options, CancellationToken cancellationToken) =>
        clerk.ReadAsync(KvRequest.Get(key), options, cancellationToken).AsTask();

    private bool Often(string site, int percent) => percent > 0 && choose.Choose(site, 100) < percent;
}
