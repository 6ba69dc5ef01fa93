using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Online;
using RaftKv.Platform;
using RaftKv.Sim.Faults;
using RaftKv.Sim.Workload;
using RaftKv.Sim.World;
using RaftKv.Wire;
using Verdict = RaftKv.Linearizability.Verdict;

namespace RaftKv.Sim;

/// <summary>
/// One seed from beginning to end: a cluster under faults with clerks that use it; a healing phase in which everything
/// is repaired and must come to rest; an audit that reads every key; and the verdict on the whole history.
/// </summary>
internal sealed class Simulation
{
    // Seconds, for the rare history with many unknown outcomes on one key (seed 1661 needs more than 100 million).
    private const long CheckerSteps = 400_000_000;

    // What looking at one answer at once may take; keys that need more are left to the check at the end.
    private const long OnlineSteps = 2_000;

    private readonly SeedConfiguration _configuration;
    private readonly SimWorld _world;
    private readonly SimCluster _cluster;
    private readonly HistoryRecorder<KvInput, KvOutput> _history =
        new(new OnlineChecker<KvState, KvInput, KvOutput>(new KvModel(), OnlineSteps));
    private readonly RevisionOrder _revisions = new();
    private readonly List<ClerkWorkload> _workloads = [];
    private readonly List<HistoryObserver> _observers = [];
    private readonly FaultInjector[] _faults;

    private Simulation(Decisions decisions, SeedConfiguration configuration, bool recordsTrace, EscapeDetector? escapes)
    {
        _configuration = configuration;
        _world = new SimWorld(decisions, new WorldOptions
        {
            Network = Network(configuration),
            RecordsTrace = recordsTrace,
            EscapeDetector = escapes,
        });
        _world.Network.Describe = FrameText.Describe;
        _cluster = new SimCluster(_world, configuration);
        for (var client = 1; client <= configuration.Clerks; client++)
            AddClerk(client);
        _faults =
        [
            new PartitionFaults(_world, _cluster.Hosts, configuration),
            new SlowLinkFaults(_world, _cluster, configuration),
            new CrashFaults(_world, _cluster.Hosts, configuration),
            new LeaderFaults(_world, _cluster, configuration),
            new RivalFaults(_world, _cluster, configuration),
            new TransferFaults(_world, _cluster, configuration),
            new PauseFaults(_world, _cluster.Hosts, configuration),
            new ClockFaults(_world, _cluster, configuration),
            new DiskErrorFaults(_world, _cluster, configuration),
            new DiskLossFaults(_world, _cluster, configuration),
            new MembershipFaults(_world, _cluster, configuration),
            new ReadProbes(_world, _cluster, configuration),
        ];
    }

    /// <summary>Runs one seed.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="trace">Where to write one line for each event, or null.</param>
    /// <param name="configure">Draws the configuration; null: the swarm.</param>
    /// <param name="escapes">Watches this thread.</param>
    public static SeedResult Run(
        ulong seed, TextWriter? trace = null, Func<IDecisions, SeedConfiguration>? configure = null,
        EscapeDetector? escapes = null)
    {
        var decisions = new Decisions(seed);
        var configuration = (configure ?? SeedConfiguration.Draw)(decisions.Stream(Concern.Configuration));
        var simulation = new Simulation(decisions, configuration, trace is not null, escapes);
        var (verdict, violation) = simulation.Run();
        if (trace is not null)
            simulation.WriteTrace(trace);
        return simulation.Result(seed, verdict, violation);
    }

    private static NetworkOptions Network(SeedConfiguration configuration) => new()
    {
        Mode = configuration.Delivery,
        Conditions = new LinkConditions
        {
            LatencyLeast = configuration.Latency / 2,
            JitterMean = configuration.Latency / 2,
            Straggler = configuration.Reorder,
            Break = configuration.Break,
            Drop = configuration.Drop,
            Duplicate = configuration.Duplicate,
            Reorder = configuration.Reorder,
        },
    };

    private (SeedVerdict, string?) Run()
    {
        foreach (var node in _world.Nodes)
            node.Start();
        foreach (var faults in _faults)
            faults.Start();
        _world.RunFor(_configuration.Duration);
        Heal();
        // A sender notices a connection with a hole in it only after a silence; then elections and retries may begin.
        var patience = _world.Network.Options.SilenceMost + _configuration.ElectionTimeout * 40;
        if (!_world.RunUntil(() => _workloads.TrueForAll(workload => workload.IsDone), patience))
            Fail("progress after the faults", $"clerks still wait {patience} after everything was repaired");
        Audit(patience);
        if (!_world.RunUntil(() => _cluster.Unsettled() is null, patience))
            Fail("convergence after the faults", $"{_cluster.Unsettled()}, {patience} after everything was repaired");
        if (_world.Failure is { } failure)
            return (SeedVerdict.Failed, $"{failure}");
        return Judge(_history.ToHistory());
    }

    private static (SeedVerdict, string?) Judge(IReadOnlyList<Operation<KvInput, KvOutput>> history)
    {
        var budget = new Budget { Steps = CheckerSteps };
        return Checker.Check(new KvModel(), history, budget).Verdict switch
        {
            Verdict.Linearizable => (SeedVerdict.Passed, null),
            Verdict.Illegal => (SeedVerdict.Failed,
                $"linearizability: {Checker.Explain(new KvModel(), history, budget)?.Sentence}"),
            _ => (SeedVerdict.Undecided, $"linearizability: undecided after {CheckerSteps} steps"),
        };
    }

    private void AddClerk(int client)
    {
        _world.AddNode($"c{client}", platform =>
        {
            var clerk = NewClerk(platform, client);
            var end = platform.Time.GetTimestamp() + _configuration.Duration.Ticks;
            var users = new Task[_configuration.CallersPerClerk];
            for (var caller = 0; caller < _configuration.CallersPerClerk; caller++)
            {
                var user = (client * 10) + caller;
                var choose = _world.Decisions.Stream(Concern.Workload, user);
                var workload = new ClerkWorkload(_configuration, choose, clerk, _cluster, platform.Time, user);
                _workloads.Add(workload);
                users[caller] = workload.RunAsync(end);
            }

            _ = GuardAsync(platform, ServeAsync(clerk, users));
        });
    }

    /// <summary>
    /// A Clerk that nobody uses any more would keep its session alive, and the logs from coming to rest.
    /// </summary>
    private static async Task ServeAsync(Clerk clerk, Task[] users)
    {
        foreach (var user in users)
            await user;
        await clerk.DisposeAsync();
    }

    private Clerk NewClerk(NodePlatform platform, int client)
    {
        var observer = new HistoryObserver(_history, _revisions, _world.Scheduler, client);
        _observers.Add(observer);
        return new Clerk(platform, new ClerkOptions
        {
            Endpoints = _cluster.Addresses,
            ClusterId = SimCluster.ClusterId,
            AttemptTimeout = _configuration.AttemptTimeout,
            OperationTimeout = Timeout.InfiniteTimeSpan,
            Reads = new ReadOptions
            {
                Consistency = _configuration.LeaseReads ? ReadConsistency.Lease : ReadConsistency.ReadIndex,
                // Such servers must not leave the cluster for good.
                Servers = _configuration.AnyServerPercent >= 50 && _configuration.MembershipEvery == TimeSpan.Zero
                    ? _cluster.Addresses : null,
            },
            Observer = observer,
        });
    }

    /// <summary>Everything works again from here on: links, disks, clocks; and every server runs.</summary>
    private void Heal()
    {
        foreach (var faults in _faults)
            faults.Stop();
        _world.Network.Heal();
        _world.Network.SetConditions(new LinkConditions());
        for (var index = 0; index < _cluster.Hosts.Count; index++)
        {
            var node = _cluster.Hosts[index];
            _cluster.Disks[index].Volume.Faults.Repair();
            node.Time.SetRate(1, 1);
            node.Resume();
            if (!node.IsRunning)
                node.Start();
        }
    }

    /// <summary>A fresh write and a read of every key, by a client that has seen nothing yet.</summary>
    private void Audit(TimeSpan patience)
    {
        if (_world.Failure is not null)
            return;
        var isDone = false;
        _world.AddNode("audit", platform => _ = GuardAsync(platform, ReadAllAsync(NewClerk(platform, 0)))).Start();
        if (!_world.RunUntil(() => isDone, patience))
            Fail("progress after the faults", $"a fresh client waits {patience} for a write and a read of every key");

        async Task ReadAllAsync(Clerk clerk)
        {
            for (var write = 1; !await WriteAsync(clerk, $"0.{write} "); write++)
            {
            }

            await clerk.GetAsync("fresh");
            for (var key = 0; key < _configuration.Keys; key++)
                await clerk.GetAsync($"k{key}");
            await clerk.DisposeAsync();
            isDone = true;
        }

        // The first attempt may go to a server that is just being found dead, and the session be gone by the second.
        static async Task<bool> WriteAsync(Clerk clerk, string value)
        {
            try
            {
                await clerk.PutAsync("fresh", value);
                return true;
            }
            catch (ClerkOutcomeUnknownException)
            {
                return false;
            }
        }
    }

    private async Task GuardAsync(NodePlatform platform, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception failure)
        {
            _world.Scheduler.Fail((SimLoop)platform.Loop, failure);
        }
    }

    private void Fail(string property, string details) =>
        _world.Scheduler.Fail(null, new Diagnostics.InvariantViolationException(property, details));

    private void WriteTrace(TextWriter writer)
    {
        foreach (var line in _configuration.Describe())
            writer.WriteLine(line);
        _world.Trace.WriteTo(writer);
    }

    private SeedResult Result(ulong seed, SeedVerdict verdict, string? violation) => new()
    {
        Seed = seed,
        Verdict = verdict,
        Violation = violation,
        TraceHash = _world.Trace.Hash.Value,
        Events = _world.Scheduler.EventCount,
        Messages = _world.Network.MessageCount,
        Operations = _workloads.Sum(workload => workload.Operations),
        UnknownOperations = _observers.Sum(observer => observer.UnknownOutcomes),
        Elections = _cluster.Checks.LedTerms,
        SimulatedTime = _world.Now,
    };
}
