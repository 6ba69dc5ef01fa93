using RaftKv.Bench;
using RaftKv.Consensus;
using Xunit;

namespace RaftKv.Scenarios.Consensus;

/// <summary>In its steady state the core commits entries without allocating, compaction included.</summary>
public sealed class AllocationTests
{
    private const int Entries = 100_000;

    private static readonly byte[] _command = new byte[64];

    [Theory]
    [InlineData(1, 64, 1024 * 1024)]
    [InlineData(64, 64, 1024 * 1024)]
    [InlineData(64, 1, 1024 * 1024)]
    [InlineData(64, 64, 1024)]
    public void An_entry_is_committed_and_delivered_without_an_allocation(
        int batch, int inflightAppends, long uncommittedBytes)
    {
        var options = new RaftOptions
        {
            Id = new NodeId(1),
            MaxInflightAppends = inflightAppends,
            MaxUncommittedBytes = uncommittedBytes,
        };
        var configuration = Configuration.Of(Enumerable.Range(1, 3).Select(id => new NodeId(id)));
        CoreNode[] cluster =
            [.. Enumerable.Range(1, 3).Select(id => new CoreNode(options with { Id = new(id) }, configuration))];
        foreach (var node in cluster)
            node.Now = cluster[0].Raft.NextDeadline;
        cluster[0].Elapse();
        Pump(cluster);
        for (var warmUp = 0; warmUp < 3; warmUp++)
            Commit(cluster, batch);
        var (first, before) = (cluster[2].Raft.AppliedIndex, GC.GetAllocatedBytesForCurrentThread());
        Commit(cluster, batch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Entries, cluster[2].Raft.AppliedIndex - first);
        // The least object for each batch of 64 would come to 37,500 bytes; a list that grows once more does not.
        Assert.InRange(allocated, 0, 10_000);
    }

    private static void Commit(CoreNode[] cluster, int batch)
    {
        for (var done = 0; done < Entries; done += batch)
        {
            for (var i = 0; i < Math.Min(batch, Entries - done); i++)
            {
                while (!cluster[0].Propose(_command))
                    Pump(cluster);
            }

            Pump(cluster);
        }
    }

    private static void Pump(CoreNode[] cluster)
    {
        for (var isBusy = true; isBusy;)
        {
            isBusy = false;
            foreach (var node in cluster)
                isBusy |= node.Run(cluster);
        }
    }
}
