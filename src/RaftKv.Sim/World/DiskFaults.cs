namespace RaftKv.Sim.World;

/// <summary>What a disk does wrong, and how slow it is. Set by fault plans; all quiet by default.</summary>
internal sealed class DiskFaults
{
    /// <summary>
    /// Mean time of an operation that a caller waits for, about exponentially distributed. 0: at once.
    /// </summary>
    public TimeSpan MeanLatency { get; set; }

    /// <summary>Nothing completes before this virtual time, in ticks of 100 ns.</summary>
    public long HangsUntilTicks { get; set; }

    /// <summary>The files' total length in bytes that still fits.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>The next write stores only half of its bytes. The flush after it reports that.</summary>
    public bool NextWriteFails { get; set; }

    /// <summary>The next read fails.</summary>
    public bool NextReadFails { get; set; }

    /// <summary>The next flush of a file fails, and what it should have written is dropped.</summary>
    public bool NextFlushFails { get; set; }

    /// <summary>
    /// Called when an operation that somebody waits for has taken effect, before anybody learns of it: the moment to
    /// crash at.
    /// </summary>
    public Action? Operated { get; set; }

    /// <summary>Nothing fails from here on.</summary>
    public void Repair()
    {
        CapacityBytes = long.MaxValue;
        NextWriteFails = NextReadFails = NextFlushFails = false;
    }
}
