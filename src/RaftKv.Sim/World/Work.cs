namespace RaftKv.Sim.World;

/// <summary>Something to run now: a posted callback, or an event that has become due.</summary>
/// <param name="loop">Where to run it; null for the world itself.</param>
/// <param name="target">A <see cref="SendOrPostCallback"/> or a <see cref="SimEvent"/>.</param>
/// <param name="state">The callback's state.</param>
/// <param name="argument">The event's argument.</param>
internal readonly struct Work(SimLoop? loop, object target, object? state, long argument)
{
    public SimLoop? Loop { get; } = loop;

    public void Run()
    {
        if (target is SendOrPostCallback callback) callback(state);
        else ((SimEvent)target).Fire(argument);
    }

    public void Discard() => (target as SimEvent)?.Discard(argument);
}
