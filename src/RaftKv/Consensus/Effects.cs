namespace RaftKv.Consensus;

/// <summary>The kinds of storage write.</summary>
public enum StorageWriteKind : byte
{
    /// <summary>Save term and vote.</summary>
    HardState = 1,

    /// <summary>Append entries; whatever the log held from the first one's index on is superseded.</summary>
    Append,

    /// <summary>The log restarts behind a received snapshot: every entry is superseded by it.</summary>
    Reset,

    /// <summary>
    /// A snapshot covers the log: entries up to <see cref="StorageWrite.CompactThrough"/> may be deleted.
    /// </summary>
    Compact,
}

/// <summary>
/// One write to the log's storage. Tokens increase by one; writes become durable in their order, and
/// <see cref="Input.Persisted"/> reports how far.
/// </summary>
public readonly record struct StorageWrite(long Token, StorageWriteKind Kind)
{
    /// <summary>For <see cref="StorageWriteKind.HardState"/>.</summary>
    public HardState HardState { get; init; }

    /// <summary>For <see cref="StorageWriteKind.Append"/>: entries in index order, at least one.</summary>
    public ReadOnlyMemory<LogEntry> Entries { get; init; }

    /// <summary>
    /// For <see cref="StorageWriteKind.Reset"/> and <see cref="StorageWriteKind.Compact"/>: the durable snapshot.
    /// </summary>
    public SnapshotId Snapshot { get; init; }

    /// <summary>For <see cref="StorageWriteKind.Compact"/>: the last index that is no longer needed.</summary>
    public LogIndex CompactThrough { get; init; }
}

/// <summary>A message to send once every storage write up to <paramref name="After"/> is durable; 0: at once.</summary>
public readonly record struct OutboundMessage(in Message Message, long After);

/// <summary>What became of a proposal at this moment.</summary>
public enum ProposalStatus : byte
{
    /// <summary>
    /// Appended at (index, term). It is applied exactly if an entry of that index and term is applied.
    /// </summary>
    Appended = 1,

    /// <summary>This server does not lead: nothing was appended.</summary>
    NotLeader,

    /// <summary>Nothing was appended now: too much is uncommitted, or a change of membership has to wait.</summary>
    Busy,

    /// <summary>Nothing was appended: the change of membership is impossible.</summary>
    Refused,
}

/// <summary>The immediate outcome of <see cref="Input.Propose"/>, in the order of the proposals.</summary>
public readonly record struct ProposalResult(long ProposalNumber, ProposalStatus Status, LogIndex Index, Term Term)
{
    /// <summary>For a change of membership that was not appended: why, for a person to read.</summary>
    public string? Reason { get; init; }
}

/// <summary>How a transfer of leadership ended.</summary>
public enum TransferStatus : byte
{
    /// <summary>It goes on; not an outcome.</summary>
    Begun = 1,

    /// <summary>This server does not lead any more, or the successor leads already.</summary>
    Done,

    /// <summary>The successor did not take over in time; this server goes on leading.</summary>
    TimedOut,

    /// <summary>This server does not lead.</summary>
    NotLeader,

    /// <summary>The successor is no voter, or there is none.</summary>
    NoVoter,

    /// <summary>Another transfer is under way.</summary>
    Busy,
}

/// <summary>The outcome of <see cref="Input.Transfer"/>.</summary>
public readonly record struct TransferResult(long ProposalNumber, TransferStatus Status);

/// <summary>What became of a read.</summary>
public enum ReadStatus : byte
{
    /// <summary>It may be answered from any state that has applied <see cref="ReadResult.Index"/>.</summary>
    Ready = 1,

    /// <summary>No leader is known, or it is none any more: ask again.</summary>
    NoLeader,

    /// <summary>Too many reads wait.</summary>
    Busy,
}

/// <summary>The outcome of <see cref="Input.Read"/>.</summary>
public readonly record struct ReadResult(long ReadNumber, ReadStatus Status, LogIndex Index);

/// <summary>The leader wants a piece of its newest snapshot for a follower.</summary>
/// <param name="To">The follower.</param>
/// <param name="Number">Identifies the request; see <see cref="Message.Number"/>.</param>
/// <param name="Term">The leader's term when it asked.</param>
/// <param name="Snapshot">The snapshot being sent; if it is gone, the newest one from offset 0.</param>
/// <param name="Offset">Where the piece begins.</param>
public readonly record struct SnapshotRead(NodeId To, long Number, Term Term, SnapshotId Snapshot, long Offset);

/// <summary>
/// What one or more steps ask of the world, in lists that are reused: the driver carries them out and calls
/// <see cref="Clear"/>. Entries in writes and messages are slices of the log, valid until then: who keeps them longer
/// copies them. Storage writes are handed over in order; a message waits for its token; committed entries are
/// applied after a restore.
/// </summary>
public sealed class Effects
{
    /// <summary>Writes to make durable, in order.</summary>
    public List<StorageWrite> Writes { get; } = [];

    /// <summary>Messages to send.</summary>
    public List<OutboundMessage> Messages { get; } = [];

    /// <summary>Outcomes of proposals.</summary>
    public List<ProposalResult> Proposals { get; } = [];

    /// <summary>Outcomes of transfers.</summary>
    public List<TransferResult> Transfers { get; } = [];

    /// <summary>Outcomes of reads.</summary>
    public List<ReadResult> Reads { get; } = [];

    /// <summary>Pieces of the own snapshot to read and to answer with <see cref="Input.SnapshotRead"/>.</summary>
    public List<SnapshotRead> SnapshotReads { get; } = [];

    /// <summary>
    /// Received <see cref="InstallSnapshot"/> messages whose pieces are to be stored and answered with
    /// <see cref="Input.SnapshotStored"/>.
    /// </summary>
    public List<Message> SnapshotChunks { get; } = [];

    /// <summary>Set when a received snapshot, already durable, must replace the state machine's content.</summary>
    public SnapshotId? Restore { get; set; }

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsEmpty =>
        Writes.Count == 0 && Messages.Count == 0 && Proposals.Count == 0 && Reads.Count == 0
        && Transfers.Count == 0 && SnapshotReads.Count == 0 && SnapshotChunks.Count == 0 && Restore is null;

    /// <summary>Forgets everything, keeping the lists' memory.</summary>
    public void Clear()
    {
        Writes.Clear();
        Messages.Clear();
        Proposals.Clear();
        Reads.Clear();
        Transfers.Clear();
        SnapshotReads.Clear();
        SnapshotChunks.Clear();
        Restore = null;
    }
}
