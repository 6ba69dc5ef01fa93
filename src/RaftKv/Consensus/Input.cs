namespace RaftKv.Consensus;

/// <summary>The kinds of input to <c>Raft.Step</c>.</summary>
public enum InputKind : byte
{
    /// <summary>Time has passed: a deadline may be due.</summary>
    TimePassed = 1,

    /// <summary>A message arrived.</summary>
    Message,

    /// <summary>A client's command.</summary>
    Propose,

    /// <summary>An administrator's change of membership.</summary>
    ChangeMembership,

    /// <summary>An administrator's wish that another server lead.</summary>
    Transfer,

    /// <summary>A client's question: up to where must the state machine have applied to answer it?</summary>
    Read,

    /// <summary>Storage writes up to a token are durable.</summary>
    Persisted,

    /// <summary>The state machine has applied entries up to an index.</summary>
    Applied,

    /// <summary>A snapshot of the own state machine is durable; the log may be compacted.</summary>
    SnapshotTaken,

    /// <summary>A piece of the own snapshot, asked for by <see cref="Effects.SnapshotReads"/>, has been read.</summary>
    SnapshotRead,

    /// <summary>A received piece, handed out by <see cref="Effects.SnapshotChunks"/>, has been stored.</summary>
    SnapshotStored,

    /// <summary>The batch of inputs is over: send what it appended. Step it once after each batch.</summary>
    BatchEnd,
}

/// <summary>
/// One input to <c>Raft.Step</c>. Made by the factory methods; a value, so that nothing is allocated, and a small one,
/// because it is copied often: the kinds share its slots.
/// </summary>
public readonly record struct Input
{
    private static readonly Input _timePassed = new(InputKind.TimePassed);
    private static readonly Input _batchEnd = new(InputKind.BatchEnd);

    private readonly long _number;
    private readonly bool _flag;
    private readonly object? _rest;

    private Input(InputKind kind, long number = 0, bool flag = false, object? rest = null) =>
        (Kind, _number, _flag, _rest) = (kind, number, flag, rest);

    /// <summary>What happened.</summary>
    public InputKind Kind { get; }

    /// <summary>
    /// For <see cref="InputKind.Message"/>: the message. For the snapshot inputs: the request they answer.
    /// </summary>
    public Message Message { get; private init; }

    /// <summary>For <see cref="InputKind.Propose"/>: the command; owned by the log from now on.</summary>
    public ReadOnlyMemory<byte> Command { get; private init; }

    /// <summary>For <see cref="InputKind.Transfer"/>: who is to lead; none: whoever is fit.</summary>
    public NodeId Target { get; private init; }

    /// <summary>For <see cref="InputKind.ChangeMembership"/>: the changes, begun together.</summary>
    public IReadOnlyList<MemberChange>? Changes => _rest as IReadOnlyList<MemberChange>;

    /// <summary>
    /// For <see cref="InputKind.Propose"/> and <see cref="InputKind.ChangeMembership"/>: the caller's number, repeated
    /// in <see cref="ProposalResult"/>; likewise for <see cref="InputKind.Transfer"/>.
    /// </summary>
    public long ProposalNumber => _number;

    /// <summary>For <see cref="InputKind.Read"/>: the caller's number, repeated in <see cref="ReadResult"/>.</summary>
    public long ReadNumber => _number;

    /// <summary>For <see cref="InputKind.Read"/>: a lease is proof enough.</summary>
    public bool ByLease => _flag;

    /// <summary>For <see cref="InputKind.Persisted"/>: the last durable token.</summary>
    public long Token => _number;

    /// <summary>
    /// For <see cref="InputKind.Applied"/>: the last applied index. For <see cref="InputKind.SnapshotTaken"/>: the last
    /// index to drop.
    /// </summary>
    public LogIndex Index => new(_number);

    /// <summary>For <see cref="InputKind.SnapshotTaken"/>: the snapshot.</summary>
    public SnapshotId Snapshot => _rest is SnapshotId snapshot ? snapshot : default;

    /// <summary>For <see cref="InputKind.SnapshotRead"/>: what was asked for.</summary>
    public SnapshotRead SnapshotPiece => _rest is PieceRead read ? read.Request : default;

    /// <summary>For <see cref="InputKind.SnapshotRead"/>: the piece to send, without sender and receiver.</summary>
    public InstallSnapshot Chunk => _rest is PieceRead read ? read.Chunk : default;

    /// <summary>For <see cref="InputKind.SnapshotStored"/>: the first byte not stored yet.</summary>
    public long NextOffset => _number;

    /// <summary>For <see cref="InputKind.SnapshotStored"/>: the whole snapshot is verified and durable.</summary>
    public bool Complete => _flag;

    /// <summary>Time has passed.</summary>
    public static ref readonly Input TimePassed => ref _timePassed;

    /// <summary>The batch of inputs is over.</summary>
    public static ref readonly Input BatchEnd => ref _batchEnd;

    /// <summary>A message arrived.</summary>
    public static Input Received(in Message message) => new(InputKind.Message) { Message = message };

    /// <summary>A client's command.</summary>
    public static Input Propose(long proposalNumber, ReadOnlyMemory<byte> command) =>
        new(InputKind.Propose, proposalNumber) { Command = command };

    /// <summary>A change of membership; like a proposal it is appended here, refused, or not for this server.</summary>
    public static Input ChangeMembership(long proposalNumber, IReadOnlyList<MemberChange> changes) =>
        new(InputKind.ChangeMembership, proposalNumber, rest: changes);

    /// <summary>Another server is to lead; the outcome carries the number.</summary>
    public static Input Transfer(long proposalNumber, NodeId target) =>
        new(InputKind.Transfer, proposalNumber) { Target = target };

    /// <summary>A linearizable read.</summary>
    public static Input Read(long readNumber, bool byLease) => new(InputKind.Read, readNumber, byLease);

    /// <summary>All storage writes with a token up to and including <paramref name="token"/> are durable.</summary>
    public static Input Persisted(long token) => new(InputKind.Persisted, token);

    /// <summary>The state machine has applied everything up to <paramref name="index"/>.</summary>
    public static Input Applied(LogIndex index) => new(InputKind.Applied, index.Value);

    /// <summary>
    /// A snapshot is durable; entries up to <paramref name="compactThrough"/> (at most its index) may go.
    /// </summary>
    public static Input SnapshotTaken(SnapshotId snapshot, LogIndex compactThrough) =>
        new(InputKind.SnapshotTaken, compactThrough.Value, rest: snapshot);

    /// <summary>A piece of the own snapshot was read for <paramref name="read"/>.</summary>
    public static Input SnapshotRead(in SnapshotRead read, in InstallSnapshot chunk) =>
        new(InputKind.SnapshotRead, rest: new PieceRead(read, chunk));

    /// <summary>The piece in <paramref name="message"/> was stored, or found to be out of place.</summary>
    public static Input SnapshotStored(in Message message, long nextOffset, bool complete) =>
        new(InputKind.SnapshotStored, nextOffset, complete) { Message = message };

    private sealed record PieceRead(SnapshotRead Request, InstallSnapshot Chunk);
}
