using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>
/// The loop of one incarnation of a node. A crash stops it for good and a restart makes another, so whatever an old
/// incarnation left behind (posts, timers, coroutines half way through an await) can never run again.
/// </summary>
internal sealed class SimLoop : NodeLoop
{
    private readonly Scheduler _scheduler;
    private readonly Queue<Work> _held = [];
    private bool _isStopped;

    /// <param name="scheduler">What runs it.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="index">The node's number in its world.</param>
    /// <param name="generation">Counts the node's incarnations, from 1.</param>
    public SimLoop(Scheduler scheduler, string name, int index, int generation)
    {
        _scheduler = scheduler;
        Name = name;
        Index = index;
        Generation = generation;
    }

    public string Name { get; }

    public int Index { get; }

    public int Generation { get; }

    public bool IsPaused { get; private set; }

    public override bool IsCurrent => _scheduler.Current == this;

    public override bool IsStopped => _isStopped;

    /// <summary>
    /// What to do when an exception escapes a callback: true when the node's owner dealt with it, else the seed fails.
    /// Not asked about a violated invariant, which always fails the seed.
    /// </summary>
    public Func<Exception, bool>? FaultHandler { get; set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!_isStopped) _scheduler.Enqueue(new Work(this, d, state, 0));
    }

    /// <summary>Drops everything that waits for this loop, and everything that ever will.</summary>
    public void Stop()
    {
        _isStopped = true;
        while (_held.TryDequeue(out var work)) work.Discard();
    }

    /// <summary>Holds whatever becomes due, as a stopped virtual machine or a long collection would.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Runs what was held, in the order in which it became due.</summary>
    public void Resume()
    {
        IsPaused = false;
        while (_held.TryDequeue(out var work)) _scheduler.Enqueue(work);
    }

    public override string ToString() => Name;

    internal void Hold(in Work work) => _held.Enqueue(work);
}
