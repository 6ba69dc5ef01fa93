using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// One class of faults, until it is stopped. What it broke stays broken until its own repair or the healing phase.
/// </summary>
internal abstract class FaultInjector(SimWorld world, IDecisions choose)
{
    private bool _isStopped;

    protected SimWorld World { get; } = world;

    protected IDecisions Choose { get; } = choose;

    /// <summary>Begins, unless the seed leaves this class of faults out.</summary>
    public abstract void Start();

    /// <summary>No further strike, and no further repair: the healing phase repairs everything at once.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Does something later, unless the faults have been stopped by then.</summary>
    protected void Later(TimeSpan delay, Action action) => World.After(delay, () =>
    {
        if (!_isStopped)
            action();
    });
}
