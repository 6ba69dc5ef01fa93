using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>
/// The time that a leader stamps on commands: the latest time applied when it first proposed in its term, and what has
/// passed since on its monotonic clock. Wall clocks play no part, and while nobody leads no time passes, so clients
/// that could not keep their sessions alive do not lose them.
/// </summary>
internal sealed class ClusterClock(TimeProvider time)
{
    private Term _term;
    private long _began;
    private long _beganMs;

    /// <summary>The time in ms.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="appliedMs">The latest time that an applied command carried.</param>
    public long Now(Term term, long appliedMs)
    {
        if (term != _term)
            (_term, _began, _beganMs) = (term, time.GetTimestamp(), appliedMs);
        return _beganMs + (time.GetElapsedTime(_began).Ticks / TimeSpan.TicksPerMillisecond);
    }
}
