using System.Globalization;
using RaftKv.Consensus;

namespace RaftKv.Bench;

/// <summary>
/// How many proposals three cores in memory commit and deliver in a second of CPU, and what the cores allocate for it.
/// </summary>
internal static class CoreBench
{
    private const int EntryBytes = 64;
    private const int BatchSize = 64;

    public static void Run(TimeSpan duration)
    {
        Console.WriteLine("shape\tproposals/CPU-s\tB/entry in three cores\tgen0");
        // A first round of each shape warms up.
        foreach (var isWarm in new[] { false, true })
        {
            Measure("one by one", 1, endsEach: true, isWarm, duration);
            Measure("64 separate proposals, then a pump", BatchSize, endsEach: true, isWarm, duration);
            Measure("one batch of 64", BatchSize, endsEach: false, isWarm, duration);
        }
    }

    private static void Measure(string shape, int batch, bool endsEach, bool isWarm, TimeSpan duration)
    {
        var configuration = Configuration.Of(Enumerable.Range(1, 3).Select(id => new NodeId(id)));
        CoreNode[] cluster = [.. Enumerable.Range(1, 3).Select(id => new CoreNode(id, configuration))];
        var electionTime = cluster[0].Raft.NextDeadline;
        foreach (var node in cluster)
            node.Now = electionTime;
        cluster[0].Elapse();
        Pump(cluster);
        if (cluster[0].Raft.Role != Role.Leader)
            throw new InvalidOperationException("Not elected.");
        // Fills the log once, so that what is measured is the steady state.
        for (var i = 0; i < 60_000 / batch; i++)
            Propose(cluster, batch, endsEach);
        var (first, payloads) = (cluster[0].Raft.AppliedIndex, 0L);
        var (cpu, allocated, collections) =
            (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0));
        var end = Environment.CpuUsage.TotalTime + duration;
        while (Environment.CpuUsage.TotalTime < end)
        {
            for (var i = 0; i < 5_000 / batch; i++)
                payloads += Propose(cluster, batch, endsEach);
        }

        var seconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated - payloads;
        var committed = cluster[0].Raft.AppliedIndex - first;
        if (cluster.Any(node => node.Raft.AppliedIndex != cluster[0].Raft.AppliedIndex))
            throw new InvalidOperationException("Not delivered everywhere.");
        if (isWarm)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{shape}\t{committed / seconds:F0}\t{(double)bytes / committed:F2}\t"
                + $"{GC.CollectionCount(0) - collections}"));
    }

    /// <returns>Bytes allocated for the payloads: a fresh array each, as a server has that decodes requests.</returns>
    private static long Propose(CoreNode[] cluster, int batch, bool endsEach)
    {
        var payloads = 0L;
        for (var i = 0; i < batch; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var command = new byte[EntryBytes];
            payloads += GC.GetAllocatedBytesForCurrentThread() - before;
            cluster[0].Propose(command);
            if (endsEach)
                cluster[0].EndBatch(cluster);
        }

        Pump(cluster);
        return payloads;
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
