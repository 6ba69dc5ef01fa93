namespace RaftKv.Consensus;

/// <summary>
/// Whether a follower keeps pace (dissertation §4.2.1). In each round it receives what the leader's log held when the
/// round began; it has caught up when a round took less than an election time-out, for that is how long a write would
/// wait for it at worst, no longer than for an election.
/// </summary>
internal sealed class CatchUp
{
    private LogIndex _goal;
    private long _began;
    private long _lastRound;

    public void Restart(LogIndex lastIndex, long now) => (_goal, _began, _lastRound) = (lastIndex, now, long.MaxValue);

    /// <summary>The follower holds the log up to <paramref name="match"/>, the leader up to the other index.</summary>
    public void Reached(LogIndex match, LogIndex lastIndex, long now)
    {
        if (match >= _goal)
            (_goal, _began, _lastRound) = (lastIndex, now, now - _began);
    }

    /// <summary>Whether the last round was short enough, and the present one can still be.</summary>
    public bool IsDone(long now, long roundMost) => _lastRound < roundMost && now - _began < roundMost;
}
