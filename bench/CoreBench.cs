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

    private static readonly RaftOptions _options = new() { Id = new NodeId(1) };

    private static readonly MemberChange[] _demote = [new(MemberChangeKind.Demote, new NodeId(3))];
    private static readonly MemberChange[] _promote = [new(MemberChangeKind.Promote, new NodeId(3))];

    public static void Run(TimeSpan duration)
    {
        Console.WriteLine("shape\tproposals/CPU-s\tB/entry in three cores\tgen0");
        // A first round of each shape warms up.
        foreach (var isWarm in new[] { false, true })
        {
            Measure(new("one by one", 1), isWarm, duration);
            Measure(new("64 separate proposals, then a pump", BatchSize), isWarm, duration);
            Measure(new("one batch of 64", BatchSize) { EndsEach = false }, isWarm, duration);
            Measure(new("64 separate, 2 appends in flight", BatchSize)
            {
                Options = _options with { MaxInflightAppends = 2 },
            }, isWarm, duration);
            Measure(new("64 separate, room for 16 that are not committed", BatchSize)
            {
                Options = _options with { MaxUncommittedBytes = 16 * EntryBytes },
            }, isWarm, duration);
            Measure(new("64 separate in a joint configuration", BatchSize) { IsJoint = true }, isWarm, duration);
            Measure(
                new("640 separate in a joint configuration", 10 * BatchSize) { IsJoint = true }, isWarm, duration);
        }
    }

    private static void Measure(Shape shape, bool isWarm, TimeSpan duration)
    {
        var configuration = Configuration.Of(Enumerable.Range(1, 3).Select(id => new NodeId(id)));
        CoreNode[] cluster =
        [
            .. Enumerable.Range(1, 3).Select(id => new CoreNode(shape.Options with { Id = new(id) }, configuration)),
        ];
        var electionTime = cluster[0].Raft.NextDeadline;
        foreach (var node in cluster)
            node.Now = electionTime;
        cluster[0].Elapse();
        Pump(cluster);
        if (cluster[0].Raft.Role != Role.Leader)
            throw new InvalidOperationException("Not elected.");
        // Fills the log once, so that what is measured is the steady state.
        for (var i = 0; i < 60_000 / shape.Batch; i++)
            Propose(cluster, shape);
        var (first, payloads) = (cluster[0].Raft.AppliedIndex, 0L);
        var (cpu, allocated, collections) =
            (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0));
        var end = Environment.CpuUsage.TotalTime + duration;
        while (Environment.CpuUsage.TotalTime < end)
        {
            for (var i = 0; i < 5_000 / shape.Batch; i++)
                payloads += Propose(cluster, shape);
        }

        var seconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated - payloads;
        var committed = cluster[0].Raft.AppliedIndex - first;
        if (cluster.Any(node => node.Raft.AppliedIndex != cluster[0].Raft.AppliedIndex))
            throw new InvalidOperationException("Not delivered everywhere.");
        if (isWarm)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{shape.Name}\t{committed / seconds:F0}\t{(double)bytes / committed:F2}\t"
                + $"{GC.CollectionCount(0) - collections}"));
    }

    /// <returns>Bytes allocated for the payloads: a fresh array each, as a server has that decodes requests.</returns>
    private static long Propose(CoreNode[] cluster, Shape shape)
    {
        var payloads = 0L;
        if (shape.IsJoint)
            cluster[0].Change(cluster[0].Raft.Configuration.Voters.Count == 3 ? _demote : _promote);
        for (var i = 0; i < shape.Batch; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var command = new byte[EntryBytes];
            payloads += GC.GetAllocatedBytesForCurrentThread() - before;
            while (!cluster[0].Propose(command))
                Pump(cluster);
            if (shape.EndsEach)
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

    /// <summary>How proposals come.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Batch">How many come before what was sent is delivered.</param>
    private sealed record Shape(string Name, int Batch)
    {
        /// <summary>Whether each is sent by itself.</summary>
        public bool EndsEach { get; init; } = true;

        /// <summary>Whether a change of who votes comes first, so that both majorities must have them.</summary>
        public bool IsJoint { get; init; }

        public RaftOptions Options { get; init; } = _options;
    }
}
