namespace RaftKv.Consensus;

/// <summary>
/// A leader's certainty, without asking, that no other leader exists (dissertation §6.4.1). Whoever answered a round
/// leaves requests for votes alone for an election time-out after it heard of the round, which is later than the round
/// began; so until that time after the beginning nobody else can be elected. The leader's clock may be the slowest and
/// the others' the fastest that the bound allows.
/// </summary>
internal sealed class Lease(RaftOptions options)
{
    private readonly long _ticks =
        (long)(options.ElectionTimeout.Ticks * (1 - options.ClockDriftBound) / (1 + options.ClockDriftBound));

    private bool _isOffered;

    /// <summary>A new leadership begins: what was confirmed before is void.</summary>
    public void Restart() => _isOffered = options.LeaseReads;

    /// <summary>
    /// Gives it up for the rest of the leadership: a server was told to stand for election at once, by a message that
    /// can arrive at any time.
    /// </summary>
    public void GiveUp() => _isOffered = false;

    /// <summary>Whether it holds now.</summary>
    public bool IsHeld(HeartbeatRounds rounds, long now) =>
        _isOffered && rounds.Confirmed > 0 && now - rounds.ConfirmedAt < _ticks;
}
