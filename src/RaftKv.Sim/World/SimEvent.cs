namespace RaftKv.Sim.World;

/// <summary>
/// Something that happens at a point in virtual time. It is the object that it happens to, so that scheduling allocates
/// nothing.
/// </summary>
internal abstract class SimEvent
{
    /// <summary>Called when it is due; on the loop that it was scheduled for, if any.</summary>
    /// <param name="argument">What the scheduler was given: tells several events of one object apart.</param>
    public abstract void Fire(long argument);

    /// <summary>Called instead of <see cref="Fire"/> when the loop that it was meant for has stopped.</summary>
    public virtual void Discard(long argument)
    {
    }
}
