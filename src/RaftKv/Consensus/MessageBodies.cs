namespace RaftKv.Consensus;

/// <summary>
/// A server asks whether it would get a vote in the term after its own (dissertation §9.6). Changes nothing at the
/// receiver, whatever the terms.
/// </summary>
public readonly record struct PreVote(LogIndex LastLogIndex, Term LastLogTerm);

/// <summary>The answer to <see cref="PreVote"/>: no promise.</summary>
public readonly record struct PreVoteReply(bool Granted);

/// <summary>A candidate asks for a vote (paper §5.2, §5.4.1).</summary>
/// <param name="LastLogIndex">The last entry of the candidate's log.</param>
/// <param name="LastLogTerm">Its term.</param>
/// <param name="IsTransfer">The leader told it to stand: who hears that leader votes all the same.</param>
public readonly record struct RequestVote(LogIndex LastLogIndex, Term LastLogTerm, bool IsTransfer = false);

/// <summary>The answer to <see cref="RequestVote"/>.</summary>
public readonly record struct VoteReply(bool Granted);

/// <summary>
/// The leader replicates entries, or with none only asserts its leadership (paper §5.3). <paramref name="Entries"/>
/// follow <paramref name="PrevIndex"/> without gaps. <paramref name="Round"/> is the leader's newest heartbeat round.
/// </summary>
public readonly record struct AppendEntries(
    LogIndex PrevIndex, Term PrevTerm, LogIndex Commit, ReadOnlyMemory<LogEntry> Entries, long Round = 0);

/// <summary>The answer to <see cref="AppendEntries"/>.</summary>
/// <param name="Accepted">Whether the previous entry matched and the follower's log now holds the entries.</param>
/// <param name="Index">
/// When accepted: the last index now known to match the leader. When rejected: the highest index at which the logs can
/// still agree (fast back-tracking by conflict term, end of paper §5.3).
/// </param>
/// <param name="ConflictTerm">
/// When rejected: the follower's term at <paramref name="Index"/>, or 0 if it has no entry there.
/// </param>
/// <param name="Round">
/// The request's round: accepted or not, the sender knew this leader as the term's when the round had begun.
/// </param>
/// <param name="IsBlank">
/// When rejected: the follower knows no configuration, so it has never been told of the cluster, or has forgotten it.
/// </param>
public readonly record struct AppendReply(
    bool Accepted, LogIndex Index, Term ConflictTerm, long Round = 0, bool IsBlank = false);

/// <summary>
/// The leader sends a piece of its snapshot to a follower that is behind the log's first entry (paper §7).
/// </summary>
/// <param name="Snapshot">Which snapshot; pieces of different snapshots never mix.</param>
/// <param name="Offset">Where the piece begins, in bytes.</param>
/// <param name="TotalBytes">The snapshot's length in bytes.</param>
/// <param name="Data">The piece.</param>
/// <param name="Configuration">The configuration in force at the snapshot; filled in by the core.</param>
public readonly record struct InstallSnapshot(
    SnapshotId Snapshot, long Offset, long TotalBytes, ReadOnlyMemory<byte> Data, Configuration? Configuration = null);

/// <summary>The answer to <see cref="InstallSnapshot"/>.</summary>
/// <param name="Snapshot">Which snapshot.</param>
/// <param name="NextOffset">The first byte that the follower does not have yet.</param>
/// <param name="Installed">The follower's durable log now covers <see cref="SnapshotId.Index"/>.</param>
public readonly record struct SnapshotReply(SnapshotId Snapshot, long NextOffset, bool Installed);

/// <summary>
/// A follower asks its leader up to where it must have applied before it may answer the reads that wait (dissertation
/// §6.4). <paramref name="ByLease"/>: the leader's lease is proof enough.
/// </summary>
public readonly record struct ReadIndex(bool ByLease);

/// <summary>
/// The answer to <see cref="ReadIndex"/>, given once the leader knows that it led after the question had arrived.
/// <paramref name="Index"/> is 0 if it cannot tell.
/// </summary>
public readonly record struct ReadIndexReply(LogIndex Index);

/// <summary>A leader tells its successor to stand for election at once (dissertation §3.10).</summary>
public readonly record struct TimeoutNow;
