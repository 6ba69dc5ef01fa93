using System.Globalization;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Sim.Workload;
using RaftKv.Sim.World;

namespace RaftKv.Sim;

/// <summary>
/// Everything that a seed decides before its world starts. Drawn as a swarm (Groce et al., ISSTA 2012): each class of
/// faults is left out altogether in about half of the seeds, because rare faults in every seed find less than many
/// faults in some.
/// </summary>
internal sealed record SeedConfiguration
{
    public required int Nodes { get; init; }
    public required int Clerks { get; init; }

    /// <summary>Callers that share one Clerk, so that a session has several requests in flight.</summary>
    public required int CallersPerClerk { get; init; }

    public required int Keys { get; init; }
    public required TimeSpan Duration { get; init; }
    public required TimeSpan ThinkTime { get; init; }
    public required WorkloadMix Mix { get; init; }

    public required DeliveryMode Delivery { get; init; }
    public required TimeSpan Latency { get; init; }
    public required Ratio Drop { get; init; }
    public required Ratio Duplicate { get; init; }
    public required Ratio Reorder { get; init; }
    public required Ratio Break { get; init; }

    /// <summary>Mean time between partitions; zero: none.</summary>
    public required TimeSpan PartitionEvery { get; init; }

    /// <summary>Mean time between links that get slow; zero: none.</summary>
    public required TimeSpan SlowLinkEvery { get; init; }

    /// <summary>Mean time between crashes; zero: none.</summary>
    public required TimeSpan CrashEvery { get; init; }

    /// <summary>How many crashes of 100 are power losses, which cost un-flushed writes.</summary>
    public required int PowerLossPercent { get; init; }

    /// <summary>Mean time between pauses of a node; zero: none.</summary>
    public required TimeSpan PauseEvery { get; init; }

    /// <summary>Whether clocks run at different rates and wall clocks jump.</summary>
    public required bool ClockFaults { get; init; }

    /// <summary>Mean time between errors of a disk; zero: none.</summary>
    public required TimeSpan DiskErrorEvery { get; init; }

    /// <summary>When a server loses its disk for good, on average; zero: none does.</summary>
    public required TimeSpan DiskLossAfter { get; init; }

    /// <summary>How many leaders of 100 are struck moments after their election, the others later; 0: none.</summary>
    public required int LeaderFaultPercent { get; init; }

    /// <summary>How many leaders of 100 are cut off at their election until the next one is; 0: none.</summary>
    public int RivalPercent { get; init; }

    /// <summary>Mean time between transfers of leadership and orderly shutdowns; zero: none.</summary>
    public required TimeSpan TransferEvery { get; init; }

    /// <summary>A server of a lower election priority; 0: none.</summary>
    public required int LowPriority { get; init; }

    /// <summary>Mean time between changes of membership; zero: none.</summary>
    public required TimeSpan MembershipEvery { get; init; }

    /// <summary>Mean time of a disk flush.</summary>
    public required TimeSpan FlushLatency { get; init; }

    public required TimeSpan ElectionTimeout { get; init; }
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>How long a Clerk waits for one server.</summary>
    public required TimeSpan AttemptTimeout { get; init; }

    /// <summary>
    /// Which servers ask for pre-votes: bit n for server n. Mixed, as during an upgrade, in some seeds.
    /// </summary>
    public required int PreVoters { get; init; }

    /// <summary>Which servers check their quorum and heed a leader they hear.</summary>
    public required int QuorumCheckers { get; init; }

    /// <summary>
    /// Whether leaders hold leases. Then every server checks its quorum, and clocks drift no further than
    /// <see cref="ClockDriftPercent"/>.
    /// </summary>
    public required bool LeaseReads { get; init; }

    /// <summary>The bound on clock drift that leases rely on.</summary>
    public required int ClockDriftPercent { get; init; }

    /// <summary>How many reads of 100 go through the log.</summary>
    public required int LogReadPercent { get; init; }

    /// <summary>How many of the others may be answered by any server.</summary>
    public required int AnyServerPercent { get; init; }

    /// <summary>How many of the others are stale reads of one server.</summary>
    public required int StaleReadPercent { get; init; }

    /// <summary>Mean time between reads of the servers that believe to lead; zero: none but the clerks'.</summary>
    public required TimeSpan ReadProbeEvery { get; init; }

    /// <summary>How many written values of 100 fill several sectors of a disk.</summary>
    public required int LongValuePercent { get; init; }

    public required int MaxAppendBytes { get; init; }
    public required int MaxInflightAppends { get; init; }
    public required int MaxInflightBytes { get; init; }
    public required int MaxUncommittedBytes { get; init; }

    /// <summary>0: no bound.</summary>
    public required int SnapshotBytesPerSecond { get; init; }

    public required int SnapshotEveryEntries { get; init; }
    public required int TrailingEntries { get; init; }
    public required int SnapshotChunkBytes { get; init; }
    public required int SegmentBytes { get; init; }
    public required KvStoreKind Store { get; init; }
    public required KvLimits Limits { get; init; }

    /// <summary>
    /// The servers, by the bits of their ids, that have the other store and other limits: what the log says must not
    /// mean something else to them.
    /// </summary>
    public required int UnlikeServers { get; init; }

    /// <summary>
    /// The shape on which speed is measured: 5 nodes, 4 clerks, 20 s, about 400 gets, puts and appends, the options of
    /// Raft as a service has them, and in about half of the schedules each: drops, duplicates, reordering, partitions,
    /// crashes, power losses, pauses, clocks that differ and disks that fail. How often is fixed here, so that figures
    /// can be compared though the swarm goes on to be harsher.
    /// </summary>
    public static SeedConfiguration Benchmark(IDecisions choose)
    {
        var (drawn, raft) = (HarshBenchmark(choose), new RaftOptions { Id = new NodeId(1) });
        return drawn with
        {
            ThinkTime = TimeSpan.FromMilliseconds(125),
            Mix = new WorkloadMix { Gets = 35, Appends = 30 },
            SlowLinkEvery = default,
            TransferEvery = default,
            MembershipEvery = default,
            DiskLossAfter = default,
            ReadProbeEvery = default,
            LowPriority = 0,
            PreVoters = -1,
            QuorumCheckers = -1,
            LeaseReads = false,
            LogReadPercent = 0,
            AnyServerPercent = 0,
            StaleReadPercent = 0,
            LongValuePercent = 0,
            MaxAppendBytes = raft.MaxAppendBytes,
            MaxInflightAppends = raft.MaxInflightAppends,
            MaxInflightBytes = (int)raft.MaxInflightBytes,
            MaxUncommittedBytes = (int)raft.MaxUncommittedBytes,
            SnapshotBytesPerSecond = 0,
            Limits = new KvLimits(),
            UnlikeServers = 0,
        };
    }

    /// <summary>
    /// The same size with everything that a seed of the swarm may have (entries that travel one by one, changes of
    /// membership, transfers, probes, scans, transactions), at fixed rates; but leaders are not ended one after the
    /// other, nor do sessions expire in between, which would measure how long clerks wait.
    /// </summary>
    public static SeedConfiguration HarshBenchmark(IDecisions choose)
    {
        var drawn = DrawSwarm(choose);
        return drawn with
        {
            Nodes = 5,
            Clerks = 4,
            CallersPerClerk = 1,
            Duration = TimeSpan.FromSeconds(20),
            ThinkTime = TimeSpan.FromMilliseconds(80),
            ElectionTimeout = TimeSpan.FromMilliseconds(400),
            AttemptTimeout = TimeSpan.FromMilliseconds(800),
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            PartitionEvery = IfAny(drawn.PartitionEvery, 2),
            CrashEvery = IfAny(drawn.CrashEvery, 2),
            PauseEvery = IfAny(drawn.PauseEvery, 3),
            DiskErrorEvery = IfAny(drawn.DiskErrorEvery, 4),
            SlowLinkEvery = IfAny(drawn.SlowLinkEvery, 2),
            TransferEvery = IfAny(drawn.TransferEvery, 2),
            MembershipEvery = IfAny(drawn.MembershipEvery, 2),
            LeaderFaultPercent = 0,
            RivalPercent = 0,
            ReadProbeEvery = IfAny(drawn.ReadProbeEvery, 1),
            Limits = drawn.Limits with { SessionTimeout = TimeSpan.FromSeconds(10), MaxSessions = 100 },
        };

        static TimeSpan IfAny(TimeSpan every, int seconds) =>
            every == default ? default : TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Draws a configuration.</summary>
    public static SeedConfiguration Draw(IDecisions choose)
    {
        var drawn = DrawSwarm(choose);
        return drawn is { LeaderFaultPercent: > 0, MaxAppendBytes: 1, MaxInflightAppends: 1 } && Often(choose, "rivals")
            ? drawn.WithRivals(drawn.LeaderFaultPercent)
            : drawn;
    }

    /// <summary>
    /// The same with leaders that take turns and nothing else that goes wrong: it takes several leaders in a row, each
    /// for its part, and any other fault in between ends the play.
    /// </summary>
    public SeedConfiguration WithRivals(int percent) => this with
    {
        RivalPercent = percent,
        LeaderFaultPercent = 0,
        PartitionEvery = default,
        SlowLinkEvery = default,
        CrashEvery = default,
        PauseEvery = default,
        DiskErrorEvery = default,
        DiskLossAfter = default,
        TransferEvery = default,
        MembershipEvery = default,
    };

    private static SeedConfiguration DrawSwarm(IDecisions choose)
    {
        var mix = WorkloadMix.Draw(choose);
        var leaseReads = Often(choose, "lease reads");
        // The sooner sessions go, the more outcomes are unknown, and those make a search long.
        var sessionMs = Pick(choose, "session time-out", 600_000, 10_000, 1_000, mix.NeedsSearch ? 1_000 : 200);
        var electionMs = Pick(choose, "election time-out", 150, 200, 300, 500);
        var drawn = new SeedConfiguration
        {
            Nodes = Pick(choose, "nodes", 3, 3, 3, 5, 5, 5, 4, 7, 2, 1),
            Clerks = 1 + choose.Choose("clerks", mix.NeedsSearch ? 3 : 6),
            CallersPerClerk = mix.NeedsSearch ? Pick(choose, "callers", 1, 2) : Pick(choose, "callers", 1, 1, 2, 4),
            Keys = Pick(choose, "keys", 1, 2, 3, 5, 10),
            Duration = TimeSpan.FromSeconds(Pick(choose, "duration", 5, 10, 20)),
            ThinkTime = TimeSpan.FromMilliseconds(Pick(choose, "think time", 50, 100, 200)),
            Mix = mix,

            Delivery = (DeliveryMode)choose.Choose("delivery", 3),
            Latency = TimeSpan.FromMicroseconds(Pick(choose, "latency", 300, 1000, 3000, 10_000)),
            Drop = UpTo(choose, "drop", 10, 100),
            Duplicate = UpTo(choose, "duplicate", 20, 100),
            Reorder = UpTo(choose, "reorder", 20, 100),
            Break = UpTo(choose, "break", 20, 10_000),
            PartitionEvery = Often(choose, "partitions")
                ? TimeSpan.FromMilliseconds(Pick(choose, "partition interval", 500, 1000, 2000)) : default,
            CrashEvery = Often(choose, "crashes")
                ? TimeSpan.FromMilliseconds(Pick(choose, "crash interval", 300, 800, 2000)) : default,
            PowerLossPercent = Pick(choose, "power losses", 0, 50, 100),
            PauseEvery = Often(choose, "pauses")
                ? TimeSpan.FromMilliseconds(Pick(choose, "pause interval", 500, 1500, 3000)) : default,
            // A lease goes wrong by clocks, or not at all.
            ClockFaults = Often(choose, "clock faults") || leaseReads,
            DiskErrorEvery = Often(choose, "disk errors")
                ? TimeSpan.FromMilliseconds(Pick(choose, "disk error interval", 500, 1500, 4000)) : default,
            FlushLatency = TimeSpan.FromMicroseconds(Pick(choose, "flush latency", 100, 500, 2000, 10_000)),

            ElectionTimeout = TimeSpan.FromMilliseconds(electionMs),
            HeartbeatInterval = TimeSpan.FromMilliseconds(electionMs / Pick(choose, "heartbeats", 3, 4, 5)),
            // The longer one outlasts two elections.
            AttemptTimeout = TimeSpan.FromMilliseconds(electionMs * Pick(choose, "attempt time-out", 2, 5)),
            MaxAppendBytes = Pick(choose, "append bytes", 1, 64, 1024, 64 * 1024),
            MaxInflightAppends = Pick(choose, "in flight", 1, 4, 64),
            MaxInflightBytes = Pick(choose, "bytes in flight", 1, 200, 1 << 20),
            MaxUncommittedBytes = Pick(choose, "uncommitted bytes", 100, 1000, 1 << 20, 1 << 20),
            SnapshotBytesPerSecond = Pick(choose, "snapshot rate", 0, 0, 5000, 50_000),
            SnapshotEveryEntries = Pick(choose, "snapshot interval", 10, 40, 150, 1_000_000),
            TrailingEntries = Pick(choose, "trailing entries", 0, 5, 50),
            SnapshotChunkBytes = Pick(choose, "chunk bytes", 100, 1000, 64 * 1024),
            SegmentBytes = Pick(choose, "segment bytes", 8, 16, 64) * 1024,
            Store = (KvStoreKind)choose.Choose("store", 2),
            Limits = new KvLimits
            {
                // Fewer than there are Clerks only if those that are left behind soon go.
                MaxSessions = sessionMs <= 1000 ? Pick(choose, "sessions", 10_000, 4) : 10_000,
                SessionTimeout = TimeSpan.FromMilliseconds(sessionMs),
                MaxValueBytes = Pick(choose, "value bytes", 1024 * 1024, 1024 * 1024, 60),
            },
            LeaderFaultPercent = Often(choose, "leader faults") ? Pick(choose, "leader faults", 50, 75, 90) : 0,
            TransferEvery = Often(choose, "transfers")
                ? TimeSpan.FromMilliseconds(Pick(choose, "transfer interval", 200, 600, 1500)) : default,
            LowPriority = Pick(choose, "low priority", 0, 0, 1, 2),
            PreVoters = Servers(choose, "pre-vote"),
            QuorumCheckers = leaseReads ? -1 : Servers(choose, "check quorum"),
            LeaseReads = leaseReads,
            ClockDriftPercent = Pick(choose, "clock drift", 0, 0, 20, 50),
            LogReadPercent = Pick(choose, "reads through the log", 0, 20, 100),
            AnyServerPercent = Pick(choose, "reads of any server", 0, 50, 90),
            StaleReadPercent = Pick(choose, "stale reads", 0, 20),
            MembershipEvery = Often(choose, "membership")
                ? TimeSpan.FromMilliseconds(Pick(choose, "membership interval", 200, 600, 1500)) : default,
            UnlikeServers = Pick(choose, "unlike servers", 0, 0, choose.Choose("unlike servers", 256)),
            SlowLinkEvery = Often(choose, "slow links")
                ? TimeSpan.FromMilliseconds(Pick(choose, "slow link interval", 500, 1000, 2000)) : default,
            DiskLossAfter = choose.Choose("disk loss", 4) == 3
                ? TimeSpan.FromMilliseconds(Pick(choose, "disk loss", 1000, 3000)) : default,
            ReadProbeEvery = Often(choose, "read probes") || leaseReads
                ? TimeSpan.FromMilliseconds(electionMs / (leaseReads ? 8 : 2)) : default,
            LongValuePercent = Pick(choose, "long values", 0, 0, 10, 40),
        };
        // Where leaders follow one another, it matters which entry arrives and which does not.
        if (drawn.LeaderFaultPercent > 0 && Often(choose, "one by one"))
            drawn = drawn with
            {
                MaxAppendBytes = 1,
                MaxInflightAppends = 1,
                ReadProbeEvery = TimeSpan.FromMilliseconds(electionMs / 4),
            };
        // One lost disk is too many where the others may come down to two, and where there are not three.
        if (drawn.MembershipEvery != default || drawn.Nodes < 3)
            drawn = drawn with { DiskLossAfter = default };
        // Who was removed and does not know it is kept from disturbing by the two of them (dissertation §4.2.3).
        var removes = drawn.MembershipEvery != default || drawn.DiskLossAfter != default;
        return removes ? drawn with { PreVoters = -1, QuorumCheckers = -1 } : drawn;
    }

    /// <summary>One line for each setting, in the order of declaration.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var property in typeof(SeedConfiguration).GetProperties())
            yield return string.Create(CultureInfo.InvariantCulture, $"{property.Name,-22} {property.GetValue(this)}");
    }

    /// <summary>What a server keeps its keys in, and the bounds that it has.</summary>
    public KvOptions OptionsOf(NodeId server) => (UnlikeServers >> server.Value & 1) == 0
        ? new() { Store = Store, Limits = Limits }
        : new()
        {
            Store = 1 - Store,
            Limits = Limits with
            {
                MaxValueBytes = 40,
                MaxTransactionBytes = 100,
                MaxSessions = Limits.MaxSessions + 1,
                SessionTimeout = 1.5 * Limits.SessionTimeout,
            },
        };

    /// <summary>Mostly all servers, else some or none.</summary>
    private static int Servers(IDecisions choose, string site) =>
        Pick(choose, site, -1, -1, choose.Choose(site, 256), 0);

    private static bool Often(IDecisions choose, string fault) => choose.Choose(fault, 2) == 1;

    private static Ratio UpTo(IDecisions choose, string fault, int numeratorMax, int denominator) =>
        Often(choose, fault) ? new Ratio(1 + choose.Choose(fault, numeratorMax), denominator) : Ratio.Zero;

    private static int Pick(IDecisions choose, string site, params ReadOnlySpan<int> values) =>
        values[choose.Choose(site, values.Length)];
}
