using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>Reads in every way there is: through the log, by a round, by lease, stale; from any server.</summary>
internal sealed class ReadWorkload(
    SeedConfiguration configuration, IDecisions choose, Clerk clerk, TimeProvider time, SimCluster cluster)
{
    public Task<KvResult> ReadAsync(int key, CancellationToken cancellationToken)
    {
        if (Often("through the log", configuration.LogReadPercent))
            return AskAsync(key, new ReadOptions { Consistency = ReadConsistency.Log }, cancellationToken);
        if (Often("stale", configuration.StaleReadPercent))
            return ReadStaleAsync(key, cancellationToken);
        var options = new ReadOptions
        {
            Consistency = choose.Choose("lease", 2) == 1 ? ReadConsistency.Lease : ReadConsistency.ReadIndex,
            Servers = Often("any server", configuration.AnyServerPercent) ? cluster.Addresses : null,
        };
        if (options.Servers is null || configuration.MembershipEvery == TimeSpan.Zero)
            return AskAsync(key, options, cancellationToken);
        return AskBrieflyAsync(key, options, cancellationToken);
    }

    /// <summary>Of servers that may leave the cluster, all of them, one had better not wait for ever.</summary>
    private async Task<KvResult> AskBrieflyAsync(int key, ReadOptions options, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(configuration.ElectionTimeout * 10, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        return await AskAsync(key, options, either.Token);
    }

    private async Task<KvResult> ReadStaleAsync(int key, CancellationToken cancellationToken)
    {
        var server = choose.Choose("server", cluster.Hosts.Count);
        var host = cluster.Hosts[server];
        var generation = host.Generation;
        var floor = cluster.StaleReads.Floor(server, generation);
        var options = new ReadOptions { Consistency = ReadConsistency.Stale, Servers = [cluster.Addresses[server]] };
        var answer = await AskAsync(key, options, cancellationToken);
        var incarnation = generation == host.Generation ? generation : 0;
        cluster.StaleReads.Check(key, answer, server, incarnation, floor);
        return answer;
    }

    private Task<KvResult> AskAsync(int key, ReadOptions options, CancellationToken cancellationToken) =>
        clerk.ReadAsync(KvRequest.Get($"k{key}"), options, cancellationToken).AsTask();

    private bool Often(string site, int percent) => percent > 0 && choose.Choose(site, 100) < percent;
}
