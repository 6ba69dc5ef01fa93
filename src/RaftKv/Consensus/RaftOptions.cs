namespace RaftKv.Consensus;

/// <summary>A uniform integer in [0, <paramref name="exclusiveMax"/>).</summary>
public delegate int RandomBelow(int exclusiveMax);

/// <summary>Settings of the consensus core.</summary>
public sealed record RaftOptions
{
    /// <summary>This server.</summary>
    public required NodeId Id { get; init; }

    /// <summary>
    /// The shortest election time-out T; each is drawn anew from [T, 2T) (paper §5.2, §9.3). At most a day.
    /// </summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The longest silence of a leader towards a follower; well below <see cref="ElectionTimeout"/>.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(75);

    /// <summary>The highest priority, and the default.</summary>
    public const int HighestPriority = 10;

    /// <summary>
    /// From 0 to <see cref="HighestPriority"/>: a server waits one <see cref="ElectionTimeout"/> longer before it
    /// stands for election for each step that it is below the highest. It leads only if those above it do not: they are
    /// down, cut off, or behind with their logs. It does not give way to one that comes back; transfer for that.
    /// </summary>
    public int ElectionPriority { get; init; } = HighestPriority;

    /// <summary>
    /// Whether this server asks if it would be elected before it raises the term (dissertation §9.6), so that one that
    /// was cut off does not depose a working leader when it returns. Every server answers, whatever its own setting.
    /// </summary>
    public bool PreVote { get; init; } = true;

    /// <summary>
    /// Whether this server steps down when it leads and hears no quorum for <see cref="ElectionTimeout"/>, and refuses
    /// to vote while it has heard from a leader within that time (dissertation §6.2, §4.2.3).
    /// </summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>
    /// Whether this server, when it leads, may answer reads by its lease. Set it on every voter and keep
    /// <see cref="CheckQuorum"/> on everywhere: the lease is the voters' promise to leave others alone.
    /// </summary>
    public bool LeaseReads { get; init; }

    /// <summary>
    /// No server's monotonic clock runs faster or slower than true time by more than this share; leases are shorter by
    /// it. From 0 to below 1.
    /// </summary>
    public double ClockDriftBound { get; init; } = 0.05;

    /// <summary>Reads waiting here from which on further ones are answered <see cref="ReadStatus.Busy"/>.</summary>
    public int MaxWaitingReads { get; init; } = 100_000;

    /// <summary>Most payload bytes in one AppendEntries; a larger single entry travels alone.</summary>
    public int MaxAppendBytes { get; init; } = 512 * 1024;

    /// <summary>Most AppendEntries with entries on the way to one follower.</summary>
    public int MaxInflightAppends { get; init; } = 64;

    /// <summary>
    /// Payload bytes on the way to one follower from which on no further AppendEntries with entries is sent.
    /// </summary>
    public long MaxInflightBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Most bytes of snapshots that a leader sends in a second, to all followers together; 0: as fast as they take
    /// them.
    /// </summary>
    public long SnapshotBytesPerSecond { get; init; }

    /// <summary>
    /// Payload bytes of entries that are not yet both committed and durable here, from which on the leader answers
    /// <see cref="ProposalStatus.Busy"/>.
    /// </summary>
    public long MaxUncommittedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        if (Id.Value <= 0)
            throw new ArgumentException($"Id must be positive, but is {Id.Value}.");
        if (HeartbeatInterval <= TimeSpan.Zero || ElectionTimeout < HeartbeatInterval * 2)
            throw new ArgumentException(
                $"ElectionTimeout ({ElectionTimeout}) must be at least twice HeartbeatInterval ({HeartbeatInterval}).");
        if (ElectionTimeout > TimeSpan.FromDays(1))
            throw new ArgumentException($"ElectionTimeout must be at most a day, but is {ElectionTimeout}.");
        if (ElectionPriority is < 0 or > HighestPriority)
            throw new ArgumentException(
                $"ElectionPriority must be from 0 to {HighestPriority}, but is {ElectionPriority}.");
        if (LeaseReads && !CheckQuorum)
            throw new ArgumentException("LeaseReads needs CheckQuorum.");
        if (ClockDriftBound is not (>= 0 and < 1))
            throw new ArgumentException($"ClockDriftBound must be at least 0 and below 1, but is {ClockDriftBound}.");
        if (MaxWaitingReads <= 0)
            throw new ArgumentException($"MaxWaitingReads must be positive, but is {MaxWaitingReads}.");
        if (MaxAppendBytes <= 0 || MaxInflightAppends <= 0 || MaxInflightBytes <= 0 || MaxUncommittedBytes <= 0)
            throw new ArgumentException(
                "MaxAppendBytes, MaxInflightAppends, MaxInflightBytes and MaxUncommittedBytes must be positive.");
        if (SnapshotBytesPerSecond < 0)
            throw new ArgumentException($"SnapshotBytesPerSecond ({SnapshotBytesPerSecond}) must not be negative.");
    }
}
