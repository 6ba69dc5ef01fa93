using Microsoft.Extensions.Logging;
using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// One simulated world: hosts, a network, virtual time and one source of decisions. What happens in it is a function of
/// the decisions' seed and of the code that runs in it. It shares nothing with other worlds.
/// </summary>
public sealed class SimWorld
{
    private readonly List<SimNode> _nodes = [];
    private readonly WorldOptions _options;
    private readonly ILoggerFactory _logging;

    internal SimWorld(Decisions decisions, WorldOptions? options = null)
    {
        _options = options ?? new WorldOptions();
        Decisions = decisions;
        Scheduler = new Scheduler(new Trace(_options.RecordsTrace));
        Network = new NetworkFabric(Scheduler, decisions, _options.Network);
        _logging = _options.Logging ?? new TraceLogging(Scheduler);
    }

    /// <summary>An empty world, at the beginning of its time.</summary>
    /// <param name="seed">Decides everything that could happen otherwise.</param>
    /// <param name="options">What it is made of; null: a quiet local network, and no trace.</param>
    public SimWorld(ulong seed, WorldOptions? options = null)
        : this(new Decisions(seed), options)
    {
    }

    internal Decisions Decisions { get; }

    internal Scheduler Scheduler { get; }

    internal NetworkFabric Network { get; }

    internal Trace Trace => Scheduler.Trace;

    /// <summary>
    /// Choices for faults, workloads and whatever else a test leaves to the seed. Apart from all choices of the world's
    /// own: who draws more here does not change how long messages take.
    /// </summary>
    public IDecisions Choose => Decisions.Stream(Concern.Workload);

    /// <summary>A hash of everything that has happened. Equal hashes: the same schedule.</summary>
    public UInt128 TraceHash => Trace.Hash.Value;

    /// <summary>One line for each event, if the options ask for them.</summary>
    public IReadOnlyCollection<string> TraceLines => Trace.Lines;

    /// <summary>All hosts, running or not, by their index.</summary>
    public IReadOnlyList<SimNode> Nodes => _nodes;

    /// <summary>Virtual time since the world began.</summary>
    public TimeSpan Now => new(Scheduler.NowTicks);

    /// <summary>The first failure; null while all is well. Nothing runs after it.</summary>
    public WorldFailure? Failure => Scheduler.Failure;

    /// <summary>Adds a host that does not run yet.</summary>
    /// <param name="name">Unique; also its address, and the first part of its addresses "name:anything".</param>
    /// <param name="boot">Runs on the loop of each new incarnation.</param>
    public SimNode AddNode(string name, Action<NodePlatform> boot) =>
        AddNode(name, boot, new SimStorage(Scheduler, Decisions.Stream(Concern.Disk, _nodes.Count)));

    /// <summary>Adds a host whose disk can be harmed.</summary>
    internal SimNode AddNode(string name, Action<NodePlatform> boot, IStorageDevice storage)
    {
        Network.AddHost(name);
        var node = new SimNode(this, name, _nodes.Count, storage, boot, _logging);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Runs an action in the world itself, on no node's loop: the way of faults.</summary>
    public void After(TimeSpan delay, Action action) => Scheduler.After(delay, null, new ActionEvent(action));

    /// <summary>Takes the links between two groups of hosts down. What is sent over them is lost, in silence.</summary>
    /// <param name="left">Hosts of one side.</param>
    /// <param name="right">Hosts of the other side.</param>
    /// <param name="isOneWay">When true, only what the left side sends to the right side is lost.</param>
    public void Partition(IEnumerable<SimNode> left, IEnumerable<SimNode> right, bool isOneWay = false) =>
        Network.Partition(
            [.. left.Select(static node => node.Index)], [.. right.Select(static node => node.Index)], isOneWay);

    /// <summary>Takes every link up again.</summary>
    public void Heal() => Network.Heal();

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration) => Run(Scheduler.NowTicks + duration.Ticks, null);

    /// <summary>Runs until a condition, which is looked at between callbacks, holds.</summary>
    /// <returns>False when the time was up or the seed failed before.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit) => Run(Scheduler.NowTicks + limit.Ticks, condition);

    /// <summary>Runs until nothing is left to do. Never ends while a node has a timer that it renews.</summary>
    public void RunToEnd() => Run(long.MaxValue, null);

    private bool Run(long untilTicks, Func<bool>? condition)
    {
        _options.EscapeDetector?.Take();
        var isMet = Scheduler.Run(untilTicks, condition);
        if (_options.EscapeDetector?.Take() is { } escape) Scheduler.Fail(null, new EscapeException(escape));
        return isMet;
    }

    private sealed class ActionEvent(Action action) : SimEvent
    {
        public override void Fire(long argument) => action();
    }
}
