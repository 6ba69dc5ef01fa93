using Microsoft.Extensions.Logging;
using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// A host and what runs on it: a server or a client. The host keeps its clock, its storage and its links; what runs on
/// it has incarnations, each with its own loop.
/// </summary>
public sealed class SimNode
{
    private readonly Scheduler _scheduler;
    private readonly NetworkFabric _fabric;
    private readonly IDecisions _clockDecisions;
    private readonly IDecisions _entropy;
    private readonly IStorageDevice _storage;
    private readonly ILoggerFactory _logging;
    private readonly Action<NodePlatform> _boot;
    private SimLoop? _loop;
    private SimNetwork? _network;
    private bool _needsBoot = true;

    internal SimNode(
        SimWorld world,
        string name,
        int index,
        IStorageDevice storage,
        Action<NodePlatform> boot,
        ILoggerFactory logging)
    {
        _scheduler = world.Scheduler;
        _fabric = world.Network;
        _clockDecisions = world.Decisions.Stream(Concern.Clock, index);
        _entropy = world.Decisions.Stream(Concern.Entropy, index);
        _storage = storage;
        _boot = boot;
        _logging = logging;
        Name = name;
        Index = index;
        Time = new SimTime(_scheduler);
    }

    /// <summary>Its name, and its address.</summary>
    public string Name { get; }

    /// <summary>The host's number in the world: its index in <see cref="SimWorld.Nodes"/> and in links.</summary>
    public int Index { get; }

    /// <summary>The host's clocks.</summary>
    public SimTime Time { get; }

    /// <summary>Counts the incarnations, from 1; 0 before the first.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether an incarnation runs, paused or not.</summary>
    public bool IsRunning => _loop is not null;

    /// <summary>Whether it is frozen.</summary>
    public bool IsPaused => _loop is { IsPaused: true };

    /// <summary>
    /// Asked when an exception escapes a callback on the node's loop, except a violated invariant: true when it is
    /// dealt with (e.g. by a crash), else the seed fails.
    /// </summary>
    public Func<Exception, bool>? FaultHandler { get; set; }

    /// <summary>Starts what runs on the host, or starts it again after a crash.</summary>
    public void Start()
    {
        if (IsRunning) throw new InvalidOperationException($"{Name} runs already.");
        var loop = new SimLoop(_scheduler, Name, Index, ++Generation) { FaultHandler = FaultHandler };
        // A clock that counts from its machine's start shows values that mean nothing on another machine.
        TimeSpan? origin = _needsBoot
            ? _clockDecisions.Between("origin", TimeSpan.Zero, TimeSpan.FromDays(100))
            : null;
        _needsBoot = false;
        _loop = loop;
        _network = _fabric.Attach(loop);
        _fabric.SetHostUp(Index, true);
        Time.Attach(loop, origin);
        _scheduler.Record(loop, TraceKind.Start, Generation, 0, $"incarnation {Generation}");
        var platform = new NodePlatform(
            loop, Time, _network, _storage.Attach(loop), new SimEntropy(_entropy), _logging);
        loop.Post(_ => _boot(platform), null);
    }

    /// <summary>
    /// Ends what runs, between two callbacks: with a power loss also the host, which takes along what was not flushed.
    /// </summary>
    /// <param name="isPowerLoss">Whether the host goes, too, or the process alone.</param>
    public void Crash(bool isPowerLoss)
    {
        if (_loop is not { } loop) return;
        var cause = isPowerLoss ? "the power failed" : "the process died";
        _scheduler.Record(loop, TraceKind.Crash, Generation, isPowerLoss ? 1 : 0, $"{cause}");
        _needsBoot = isPowerLoss;
        _loop = null;
        _fabric.SetHostUp(Index, !isPowerLoss);
        loop.Stop();
        Time.Detach();
        _network!.Crash(isPowerLoss);
        _storage.Crash(isPowerLoss);
    }

    /// <summary>Freezes what runs on the host, as a long garbage collection does. Time goes on.</summary>
    public void Pause()
    {
        if (_loop is null || IsPaused) return;
        _scheduler.Record(_loop, TraceKind.Pause, Generation, 0, $"paused");
        _loop.Pause();
    }

    /// <summary>Lets it go on with everything that has become due since.</summary>
    public void Resume()
    {
        if (!IsPaused) return;
        _scheduler.Record(_loop, TraceKind.Resume, Generation, 0, $"resumed");
        _loop!.Resume();
    }

    /// <summary>Runs an action on the node's loop soon, unless it crashes before.</summary>
    /// <exception cref="InvalidOperationException">The node is not running.</exception>
    public void Post(Action action)
    {
        if (_loop is null) throw new InvalidOperationException($"{Name} is not running.");
        _loop.Post(static run => ((Action)run!)(), action);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
