namespace RaftKv.Sim.World;

/// <summary>
/// Knows the one thread of a world and remembers the first call that came from another: proof that some code left
/// its loop, so that the schedule is no longer a function of the seed.
/// </summary>
internal sealed class ThreadGuard
{
    private int _owner;
    private volatile string? _escape;

    public ThreadGuard() => Adopt();

    /// <summary>The first foreign call, in words; null while there was none.</summary>
    public string? Escape => _escape;

#pragma warning disable RS0030 // Looking at the real thread is what this class is for.
    /// <summary>Makes the calling thread the world's thread.</summary>
    public void Adopt() => _owner = Environment.CurrentManagedThreadId;

    /// <summary>Whether the caller is on the world's thread; remembers it if not.</summary>
    public bool IsHome(string action)
    {
        if (_owner == Environment.CurrentManagedThreadId) return true;
        _escape ??= $"{action} from a foreign thread: something hopped off its loop";
        return false;
    }
#pragma warning restore RS0030
}
