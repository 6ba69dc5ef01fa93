namespace RaftKv.Consensus;

/// <summary>
/// Keeps the snapshots that a leader sends, to whomever, below a rate. A piece may leave when the pieces before it have
/// been paid for by time; so one piece at a time goes beyond.
/// </summary>
/// <param name="bytesPerSecond">The rate; 0: none.</param>
internal sealed class SnapshotPace(long bytesPerSecond)
{
    /// <summary>When the next piece may leave, in ticks of 100 ns.</summary>
    public long OpensAt { get; private set; }

    /// <summary>A piece has been sent.</summary>
    public void Sent(long bytes, long now)
    {
        if (bytesPerSecond > 0)
            OpensAt = Math.Max(OpensAt, now) + (bytes * TimeSpan.TicksPerSecond / bytesPerSecond);
    }
}
