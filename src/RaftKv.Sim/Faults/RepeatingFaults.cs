using RaftKv.Sim.World;

namespace RaftKv.Sim.Faults;

/// <summary>Faults that strike again and again, at intervals that they draw.</summary>
internal abstract class RepeatingFaults(SimWorld world, IDecisions choose, TimeSpan meanInterval)
    : FaultInjector(world, choose)
{
    public override void Start()
    {
        if (meanInterval > TimeSpan.Zero)
            StrikeLater();
    }

    /// <summary>Breaks something.</summary>
    protected abstract void Strike();

    private void StrikeLater() => Later(Choose.Exponential("next strike", meanInterval), () =>
    {
        Strike();
        StrikeLater();
    });
}
