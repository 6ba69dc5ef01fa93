namespace RaftKv.Consensus;

/// <summary>
/// The heartbeat rounds of one leadership: 1, 2, 3 … Every append carries the number of the newest one and its answer
/// repeats it. A round that a quorum has answered shows that this server was still the leader when the round began:
/// CheckQuorum, ReadIndex and leases (dissertation §6.2, §6.4) all rest on that.
/// </summary>
internal sealed class HeartbeatRounds
{
    private const int Remembered = 64;

    private readonly long[] _begun = new long[Remembered];

    /// <summary>The newest round.</summary>
    public long Last { get; private set; }

    /// <summary>The newest round that a quorum has answered; 0: none yet.</summary>
    public long Confirmed { get; private set; }

    /// <summary>
    /// When that round began, in ticks: before any of its messages was sent. Before the first one, when the leadership
    /// began.
    /// </summary>
    public long ConfirmedAt { get; private set; }

    /// <summary>A new leadership begins.</summary>
    public void Restart(long now) => (Last, Confirmed, ConfirmedAt) = (0, 0, now);

    /// <summary>A new round begins; its messages leave after this.</summary>
    public void Begin(long now) => _begun[++Last % Remembered] = now;

    /// <summary>A quorum has answered this round.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Confirm(long round)
    {
        if (round <= Confirmed)
            return false;
        Confirmed = round;
        // Of a round so long ago that its time is forgotten, an earlier time is the safe side.
        if (Last - round < Remembered)
            ConfirmedAt = _begun[round % Remembered];
        return true;
    }
}
