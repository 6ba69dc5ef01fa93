using System.Globalization;
using System.Runtime.CompilerServices;
using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using RaftKv.Platform;
using RaftKv.Server;
using RaftKv.Sim;
using RaftKv.Sim.Checks;
using RaftKv.Sim.Workload;
using RaftKv.Sim.World;
using Xunit;
using Verdict = RaftKv.Linearizability.Verdict;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// A lab of key-value servers and Clerks. Whatever a scenario asserts, the history of all Clerks must be linearizable.
/// </summary>
internal sealed class KvLab : Lab
{
    private const long CheckerSteps = 20_000_000;

    /// <summary>
    /// Three servers of five that must all vote need 6 s and more where a tenth of all messages is lost. The labs wait
    /// for a whole test, 120 s.
    /// </summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly SimCluster _cluster;
    private readonly HistoryRecorder<KvInput, KvOutput> _history = new();
    private readonly RevisionOrder _revisions = new();
    private readonly List<HistoryObserver> _observers = [];
    private int _hosts;
    private int _clients;
    private int _values;

    private KvLab(
        ulong seed, int servers, Func<SeedConfiguration, SeedConfiguration>? configure, NetworkOptions? network,
        int spares = 0)
        : base(seed, servers + spares, network)
    {
        var configuration = SeedConfiguration.Draw(World.Decisions.Stream(Concern.Configuration)) with
        {
            Nodes = servers,
            FlushLatency = TimeSpan.FromMilliseconds(0.5),
            ElectionTimeout = ElectionTimeout,
            HeartbeatInterval = HeartbeatInterval,
            PreVoters = -1,
            QuorumCheckers = -1,
            LeaseReads = false,
            MaxAppendBytes = 64 * 1024,
            MaxInflightAppends = 64,
            MaxInflightBytes = 1 << 20,
            MaxUncommittedBytes = 1 << 20,
            SnapshotBytesPerSecond = 0,
            SnapshotEveryEntries = 1_000_000,
            Limits = new KvLimits(),
            UnlikeServers = 0,
        };
        Configuration = configure?.Invoke(configuration) ?? configuration;
        _cluster = new SimCluster(World, Configuration);
        foreach (var host in Hosts)
            host.Start();
        for (var spare = 0; spare < spares; spare++)
            _cluster.AddServer();
        Sleep(TimeSpan.Zero);
    }

    /// <summary>
    /// What the servers are made of. What is not set here is drawn from the seed: sizes of segments and chunks, the
    /// store.
    /// </summary>
    public SeedConfiguration Configuration { get; }

    public override IReadOnlyList<SimNode> Hosts => _cluster.Hosts;

    public override ClusterChecks Checks => _cluster.Checks;

    /// <summary>The servers' disks.</summary>
    public IReadOnlyList<SimStorage> Disks => _cluster.Disks;

    /// <summary>Operations of which no client knows whether they were done.</summary>
    public int UnknownOutcomes => _observers.Sum(observer => observer.UnknownOutcomes);

    /// <summary>Entries of the longest log.</summary>
    public long LongestLog => Enumerable.Range(0, Servers).Max(server =>
        RaftOf(server) is { } raft ? raft.LastIndex - raft.FirstIndex + 1 : 0);

    /// <summary>Runs a scenario over all seeds.</summary>
    public static void Run(
        int servers, Action<KvLab> scenario, Func<SeedConfiguration, SeedConfiguration>? configure = null,
        NetworkOptions? network = null, [CallerMemberName] string test = "") =>
        Run(test, seed => new KvLab(seed, servers, configure, network), scenario);

    /// <summary>Runs a scenario with more servers, which wait to be added to the cluster.</summary>
    public static void RunWithSpares(
        int servers, int spares, Action<KvLab> scenario, Func<SeedConfiguration, SeedConfiguration>? configure = null,
        [CallerMemberName] string test = "") =>
        Run(test, seed => new KvLab(seed, servers, configure, null, spares), scenario);

    /// <summary>Runs a scenario in which chance has no part.</summary>
    public static void RunFirstSeed(
        int servers, Action<KvLab> scenario, Func<SeedConfiguration, SeedConfiguration>? configure = null) =>
        RunOnce(new KvLab(1, servers, configure, null), scenario);

    public override Raft? RaftOf(int server) => ServerOf(server)?.Replica.Raft;

    public override LogIndex AppliedBy(int server) => ServerOf(server)?.Replica.Applied ?? LogIndex.Zero;

    public override ulong StateOf(int server) => ServerOf(server)?.StateMachine.StateHash ?? 0;

    /// <summary>The server as it runs now; null while it does not or recovers.</summary>
    public KvServer? ServerOf(int server) =>
        Hosts[server].IsRunning && _cluster.ServerOn(server) is { Replica.IsStopped: false } running
            ? running
            : null;

    /// <summary>A client that reaches the given servers, or all.</summary>
    public KvClient NewClient(params ReadOnlySpan<int> servers)
    {
        var client = new KvClient(this, ++_hosts, Open);
        client.Host.Start();
        Reach(client, servers);
        Sleep(TimeSpan.Zero);
        return client;
    }

    /// <summary>Lets a client reach the given servers and no other; none given: all.</summary>
    public void Reach(KvClient client, params ReadOnlySpan<int> servers)
    {
        for (var server = 0; server < Servers; server++)
            Network.SetLinks(client.Host.Index, server, servers.IsEmpty || servers.Contains(server));
    }

    /// <summary>A value that was never written.</summary>
    public string FreshValue() => (++_values).ToString(CultureInfo.InvariantCulture);

    /// <summary>Puts, within 30 s.</summary>
    public void Put(KvClient client, string key, string value)
    {
        var put = client.BeginPut(key, value);
        Await($"put {key}", () => put.IsDone, _patience);
    }

    /// <summary>Reads, within 30 s.</summary>
    public string? Get(KvClient client, string key)
    {
        string? value = null;
        var get = client.Begin(async () => value = await client.Clerk.GetStringAsync(key));
        Await($"get {key}", () => get.IsDone, _patience);
        return value;
    }

    /// <summary>Begins a read of a given kind.</summary>
    public static KvRead BeginRead(KvClient client, string key, ReadOptions reads)
    {
        var read = new KvRead();
        read.Job = client.Begin(async () =>
            read.Result = await client.Clerk.ReadAsync(KvRequest.Get(key), reads));
        return read;
    }

    /// <summary>Reads in a given way, within 30 s.</summary>
    public KvRead Read(KvClient client, string key, ReadOptions reads)
    {
        var read = BeginRead(client, key, reads);
        Await($"read {key}", () => read.IsDone, _patience);
        return read;
    }

    /// <summary>The address of a server.</summary>
    public string AddressOf(int server) => _cluster.Addresses[server];

    /// <summary>Asks a server for a change of membership.</summary>
    public Task<ProposalOutcome<KvResult>> BeginChange(int leader, params MemberChange[] changes)
    {
        Task<ProposalOutcome<KvResult>>? change = null;
        var server = ServerOf(leader)!;
        Hosts[leader].Post(() => change = server.Replica.ChangeMembershipAsync(changes));
        Sleep(TimeSpan.Zero);
        return change!;
    }

    /// <summary>
    /// Asks whoever leads for a change of membership, again and again, until the committed configuration is as wanted.
    /// </summary>
    public void Change(Func<Configuration, bool> isDone, params MemberChange[] changes)
    {
        for (var end = World.Now + (2 * _patience); World.Now < end; Sleep(100))
        {
            var leaders = Enumerable.Range(0, Servers).Where(Leads).ToArray();
            if (leaders.Length == 0)
                continue;
            var leader = leaders.MaxBy(server => RaftOf(server)!.Term);
            var raft = RaftOf(leader)!;
            var committed = raft.ConfigurationAt(raft.CommitIndex);
            if (!committed.IsJoint && isDone(committed))
                return;
            var change = BeginChange(leader, changes);
            IsWithin(ElectionTimeout, () => change.IsCompleted);
        }

        Fail($"no change to {string.Join(", ", changes)}");
    }

    /// <summary>Asks a server to hand over its leadership.</summary>
    public Task<TransferStatus> BeginTransfer(int leader, int target)
    {
        Task<TransferStatus>? transfer = null;
        var server = ServerOf(leader)!;
        Hosts[leader].Post(() => transfer = server.Replica.TransferAsync(new NodeId(target + 1)));
        Sleep(TimeSpan.Zero);
        return transfer!;
    }

    /// <summary>Asks a server to hand over its leadership, and waits for what it says became of it.</summary>
    public TransferStatus Transfer(int leader, int target)
    {
        var transfer = BeginTransfer(leader, target);
        Await("the end of the transfer", () => transfer.IsCompleted, _patience);
        return transfer.Result;
    }

    /// <summary>Reads several keys, one after another; their values, separated by spaces.</summary>
    public string GetEach(KvClient client, params ReadOnlySpan<string> keys)
    {
        var values = new List<string?>();
        foreach (var key in keys)
            values.Add(Get(client, key));
        return string.Join(' ', values);
    }

    protected override void WriteAndReadBack()
    {
        var (client, value) = (NewClient(), FreshValue());
        Put(client, "fresh", value);
        Assert.Equal(value, Get(client, "fresh"));
        Judge();
    }

    private Clerk Open(NodePlatform platform) => new(platform, new ClerkOptions
    {
        Endpoints = _cluster.Addresses,
        ClusterId = SimCluster.ClusterId,
        AttemptTimeout = ElectionTimeout / 2,
        OperationTimeout = Timeout.InfiniteTimeSpan,
        Observer = Observe(),
    });

    private HistoryObserver Observe()
    {
        var observer = new HistoryObserver(_history, _revisions, World.Scheduler, ++_clients);
        _observers.Add(observer);
        return observer;
    }

    private void Judge()
    {
        var history = _history.ToHistory();
        var budget = new Budget { Steps = CheckerSteps };
        var verdict = Checker.Check(new KvModel(), history, budget).Verdict;
        if (verdict == Verdict.Illegal)
            Fail($"linearizability: {Checker.Explain(new KvModel(), history, budget)?.Sentence}");
        if (verdict != Verdict.Linearizable)
            Fail($"linearizability: {verdict} after {CheckerSteps} steps");
    }
}
