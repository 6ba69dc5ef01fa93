using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>
/// One class of faults: strikes again and again, at intervals that it draws, until it is stopped. What it broke stays
/// broken until its own repair or the healing phase.
/// </summary>
internal abstract class FaultInjector(SimWorld world, IDecisions choose, TimeSpan meanInterval)
{
    private bool _isStopped;

    protected SimWorld World { get; } = world;

    protected IDecisions Choose { get; } = choose;

    /// <summary>Begins, unless the seed leaves this class of faults out.</summary>
    public void Start()
    {
        if (meanInterval > TimeSpan.Zero)
            StrikeLater();
    }

    /// <summary>No further strike, and no further repair: the healing phase repairs everything at once.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Breaks something.</summary>
    protected abstract void Strike();

    /// <summary>Does something later, unless the faults have been stopped by then.</summary>
    protected void Later(TimeSpan delay, Action action) => World.After(delay, () =>
    {
        if (!_isStopped)
            action();
    });

    private void StrikeLater() => Later(Choose.Exponential("next strike", meanInterval), () =>
    {
        Strike();
        StrikeLater();
    });
}
