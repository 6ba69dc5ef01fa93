using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

/// <summary>How a leader sends to a follower.</summary>
public enum ReplicationState : byte
{
    /// <summary>Where the logs agree is unknown: one append at a time, to find out.</summary>
    Probe = 1,

    /// <summary>The logs agree up to the match index: appends are sent ahead of their acknowledgements.</summary>
    Replicate,

    /// <summary>The follower needs entries that were compacted: it is sent a snapshot.</summary>
    Snapshot,
}

/// <summary>What a leader knows about one follower (paper figure 2, nextIndex and matchIndex).</summary>
public sealed class Progress
{
    // Rejections of requests with smaller numbers say nothing about the present state: they were sent before it began,
    // or before a request that was accepted and so vouches for everything sent ahead of it.
    private long _firstRelevantNumber;
    private readonly CatchUp _catchUp = new();

    internal Progress(NodeId id, int maxInflightAppends, long maxInflightBytes)
    {
        Id = id;
        Inflights = new Inflights(maxInflightAppends, maxInflightBytes);
    }

    /// <summary>The follower.</summary>
    public NodeId Id { get; }

    /// <summary>How it is sent to.</summary>
    public ReplicationState State { get; private set; } = ReplicationState.Probe;

    /// <summary>The follower's durable log is known to agree with the leader's up to here.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public LogIndex Next { get; private set; } = new(1);

    /// <summary>
    /// Whether it knew no configuration when it answered last. A voter always knows one, so a voter that does not has
    /// lost its disk; it must be removed and come back under a new id.
    /// </summary>
    public bool IsBlank { get; private set; }

    /// <summary>How many appends with entries are unacknowledged.</summary>
    public int InflightAppends => Inflights.Count;

    /// <summary>Their payload bytes.</summary>
    public long InflightBytes => Inflights.Bytes;

    /// <summary>The newest heartbeat round that the follower has answered.</summary>
    public long Round { get; private set; }

    internal Inflights Inflights { get; }

    /// <summary>Whether it has left the configuration and is only told so.</summary>
    internal bool IsLeaving { get; set; }

    internal SnapshotTransfer Transfer { get; } = new();

    /// <summary>The number shared by all sendings of the present probe; 0 when it has not been sent.</summary>
    internal long ProbeNumber { get; private set; }

    /// <summary>Forgets everything: a new leader starts probing behind its last entry.</summary>
    internal void Restart(LogIndex lastIndex, long firstNumber, long now)
    {
        Match = LogIndex.Zero;
        Round = 0;
        (IsBlank, IsLeaving) = (false, false);
        _catchUp.Restart(lastIndex, now);
        Probe(lastIndex.Next, firstNumber);
    }

    internal void Answered(long round) => Round = Math.Max(Round, round);

    internal void ProbeSent(long number) => ProbeNumber = number;

    internal void EntriesSent(LogIndex lastIndex, long bytes)
    {
        Inflights.Add(lastIndex, bytes);
        Next = lastIndex.Next;
    }

    internal void SendSnapshot(SnapshotId snapshot, Configuration configuration, long firstNumber)
    {
        Enter(ReplicationState.Snapshot, Next, firstNumber);
        Transfer.Start(snapshot, configuration);
    }

    /// <summary>Whether its log grows no slower than the leader's (dissertation §4.2.1).</summary>
    internal bool HasCaughtUp(long now, long electionTimeout) =>
        State == ReplicationState.Replicate && _catchUp.IsDone(now, electionTimeout);

    /// <summary>Notes how far the leader's log reached when the follower's had grown to <see cref="Match"/>.</summary>
    internal void MeasureCatchUp(LogIndex lastIndex, long now) => _catchUp.Reached(Match, lastIndex, now);

    /// <summary>The follower's durable log agrees up to <paramref name="index"/>.</summary>
    /// <param name="number">The request that it answered.</param>
    /// <param name="index">The last index that agrees.</param>
    /// <param name="baseIndex">The leader's log can be sent from behind this position on.</param>
    /// <param name="firstNumber">The number of the next request.</param>
    internal void Accepted(long number, LogIndex index, LogIndex baseIndex, long firstNumber)
    {
        _firstRelevantNumber = Math.Max(_firstRelevantNumber, number + 1);
        IsBlank = false;
        Match = LogIndex.Max(Match, index);
        Inflights.FreeThrough(Match);
        if (State == ReplicationState.Probe || (State == ReplicationState.Snapshot && Match >= baseIndex))
            Enter(ReplicationState.Replicate, Match.Next, firstNumber);
        else
            Next = LogIndex.Max(Next, Match.Next);
        Check();
    }

    /// <summary>
    /// The follower's log does not hold what the request builds on. A probe moves to <paramref name="agreement"/>,
    /// where the logs can agree at best; if they were known to agree, a request was lost, and the rest is sent again.
    /// </summary>
    internal void Rejected(long number, LogIndex agreement, bool isBlank, long firstNumber)
    {
        if (number < _firstRelevantNumber)
            return;
        IsBlank = isBlank;
        if (State == ReplicationState.Snapshot)
            return;
        var previous = State == ReplicationState.Probe ? LogIndex.Min(agreement, Next - 2) : Match;
        Probe(LogIndex.Max(Match, previous).Next, firstNumber);
    }

    private void Probe(LogIndex next, long firstNumber)
    {
        ProbeNumber = 0;
        Enter(ReplicationState.Probe, next, firstNumber);
    }

    private void Enter(ReplicationState state, LogIndex next, long firstNumber)
    {
        State = state;
        Next = next;
        Inflights.Clear();
        _firstRelevantNumber = firstNumber;
        Check();
    }

    private void Check()
    {
        if (Match >= Next)
            throw new InvariantViolationException("match < next", $"{Id}: match {Match}, next {Next}");
    }
}
