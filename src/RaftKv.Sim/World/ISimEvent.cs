namespace RaftKv.Sim.World;

/// <summary>
/// Something that happens at a point in virtual time. Implemented by the object that it happens to, so that scheduling
/// allocates nothing.
/// </summary>
internal interface ISimEvent
{
    /// <summary>Called when it is due; on the loop that it was scheduled for, if any.</summary>
    /// <param name="argument">What the scheduler was given: tells several events of one object apart.</param>
    void Fire(long argument);

    /// <summary>Called instead of <see cref="Fire"/> when the loop that it was meant for has stopped.</summary>
    void Discard(long argument)
    {
    }
}
