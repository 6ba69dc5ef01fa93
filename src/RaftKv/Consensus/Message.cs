using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

/// <summary>The kinds of message between servers.</summary>
public enum MessageKind : byte
{
    /// <summary><see cref="Consensus.RequestVote"/>.</summary>
    RequestVote = 1,

    /// <summary><see cref="Consensus.VoteReply"/>.</summary>
    VoteReply = 2,

    /// <summary><see cref="Consensus.AppendEntries"/>.</summary>
    AppendEntries = 3,

    /// <summary><see cref="Consensus.AppendReply"/>.</summary>
    AppendReply = 4,

    /// <summary><see cref="Consensus.InstallSnapshot"/>.</summary>
    InstallSnapshot = 5,

    /// <summary><see cref="Consensus.SnapshotReply"/>.</summary>
    SnapshotReply = 6,

    /// <summary><see cref="Consensus.PreVote"/>.</summary>
    PreVote = 7,

    /// <summary><see cref="Consensus.PreVoteReply"/>.</summary>
    PreVoteReply = 8,

    /// <summary><see cref="Consensus.ReadIndex"/>.</summary>
    ReadIndex = 9,

    /// <summary><see cref="Consensus.ReadIndexReply"/>.</summary>
    ReadIndexReply = 10,

    /// <summary><see cref="Consensus.TimeoutNow"/>.</summary>
    TimeoutNow = 11,
}

/// <summary>
/// One message between servers: an envelope around one of the bodies in MessageBodies.cs. A value, so that the hot path
/// allocates nothing, and a small one, because it is copied often; the bodies share its slots, and only the body of its
/// own <see cref="Kind"/> can be taken out.
/// </summary>
public readonly record struct Message
{
    private readonly LogIndex _index;
    private readonly Term _entryTerm;
    private readonly long _extra;
    private readonly long _total;
    private readonly bool _flag;
    private readonly ReadOnlyMemory<LogEntry> _entries;

    // A snapshot's piece is rare and large; in an object of its own it makes no other message larger.
    private readonly SnapshotPiece? _piece;

    /// <summary>The number of no request.</summary>
    public const long NoNumber = 0;

    private Message(MessageKind kind, NodeId from, NodeId to, Term term, long number)
    {
        Kind = kind;
        From = from;
        To = to;
        Term = term;
        Number = number;
    }

    /// <summary>Wraps a vote request.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in RequestVote body)
        : this(MessageKind.RequestVote, from, to, term, number) =>
        (_index, _entryTerm, _flag) = (body.LastLogIndex, body.LastLogTerm, body.IsTransfer);

    /// <summary>Wraps a vote.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in VoteReply body)
        : this(MessageKind.VoteReply, from, to, term, number) => _flag = body.Granted;

    /// <summary>Wraps entries or a heartbeat.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in AppendEntries body)
        : this(MessageKind.AppendEntries, from, to, term, number) =>
        (_index, _entryTerm, _extra, _entries, _total) =
            (body.PrevIndex, body.PrevTerm, body.Commit.Value, body.Entries, body.Round);

    /// <summary>Wraps the answer to entries.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in AppendReply body)
        : this(MessageKind.AppendReply, from, to, term, number) =>
        (_flag, _index, _entryTerm, _extra, _total) =
            (body.Accepted, body.Index, body.ConflictTerm, body.IsBlank ? 1 : 0, body.Round);

    /// <summary>Wraps a piece of a snapshot.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in InstallSnapshot body)
        : this(MessageKind.InstallSnapshot, from, to, term, number) =>
        (_index, _entryTerm, _extra, _total, _piece) =
            (body.Snapshot.Index, body.Snapshot.Term, body.Offset, body.TotalBytes,
                new SnapshotPiece(body.Data, body.Configuration));

    /// <summary>Wraps the answer to a piece of a snapshot.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in SnapshotReply body)
        : this(MessageKind.SnapshotReply, from, to, term, number) =>
        (_index, _entryTerm, _extra, _flag) =
            (body.Snapshot.Index, body.Snapshot.Term, body.NextOffset, body.Installed);

    /// <summary>Wraps a pre-vote request.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in PreVote body)
        : this(MessageKind.PreVote, from, to, term, number) =>
        (_index, _entryTerm) = (body.LastLogIndex, body.LastLogTerm);

    /// <summary>Wraps a pre-vote.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in PreVoteReply body)
        : this(MessageKind.PreVoteReply, from, to, term, number) => _flag = body.Granted;

    /// <summary>Wraps a follower's question for its reads.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in ReadIndex body)
        : this(MessageKind.ReadIndex, from, to, term, number) => _flag = body.ByLease;

    /// <summary>Wraps the answer to it.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in ReadIndexReply body)
        : this(MessageKind.ReadIndexReply, from, to, term, number) => _index = body.Index;

    /// <summary>Wraps the order to stand for election.</summary>
    public Message(NodeId from, NodeId to, Term term, long number, in TimeoutNow _)
        : this(MessageKind.TimeoutNow, from, to, term, number)
    {
    }

    /// <summary>Which body the message carries.</summary>
    public MessageKind Kind { get; }

    /// <summary>The sender.</summary>
    public NodeId From { get; }

    /// <summary>The receiver.</summary>
    public NodeId To { get; }

    /// <summary>The sender's term.</summary>
    public Term Term { get; }

    /// <summary>
    /// Identifies a request within the sender's term; a reply repeats the number of its request, so that a late or
    /// duplicate reply is recognised. The refusal of a request of an old term carries <see cref="NoNumber"/>: it only
    /// makes the newer term known.
    /// </summary>
    public long Number { get; }

    /// <summary>The body of a <see cref="MessageKind.RequestVote"/> message.</summary>
    public RequestVote RequestVote => Is(MessageKind.RequestVote) ? new(_index, _entryTerm, _flag) : default;

    /// <summary>The body of a <see cref="MessageKind.VoteReply"/> message.</summary>
    public VoteReply VoteReply => Is(MessageKind.VoteReply) ? new(_flag) : default;

    /// <summary>The body of an <see cref="MessageKind.AppendEntries"/> message.</summary>
    public AppendEntries AppendEntries =>
        Is(MessageKind.AppendEntries) ? new(_index, _entryTerm, new LogIndex(_extra), _entries, _total) : default;

    /// <summary>The body of an <see cref="MessageKind.AppendReply"/> message.</summary>
    public AppendReply AppendReply =>
        Is(MessageKind.AppendReply) ? new(_flag, _index, _entryTerm, _total, _extra == 1) : default;

    /// <summary>The body of an <see cref="MessageKind.InstallSnapshot"/> message.</summary>
    public InstallSnapshot InstallSnapshot =>
        Is(MessageKind.InstallSnapshot)
            ? new(new SnapshotId(_index, _entryTerm), _extra, _total, _piece!.Data, _piece.Configuration)
            : default;

    /// <summary>The body of a <see cref="MessageKind.SnapshotReply"/> message.</summary>
    public SnapshotReply SnapshotReply =>
        Is(MessageKind.SnapshotReply) ? new(new SnapshotId(_index, _entryTerm), _extra, _flag) : default;

    /// <summary>The body of a <see cref="MessageKind.PreVote"/> message.</summary>
    public PreVote PreVote => Is(MessageKind.PreVote) ? new(_index, _entryTerm) : default;

    /// <summary>The body of a <see cref="MessageKind.PreVoteReply"/> message.</summary>
    public PreVoteReply PreVoteReply => Is(MessageKind.PreVoteReply) ? new(_flag) : default;

    /// <summary>The body of a <see cref="MessageKind.ReadIndex"/> message.</summary>
    public ReadIndex ReadIndex => Is(MessageKind.ReadIndex) ? new(_flag) : default;

    /// <summary>The body of a <see cref="MessageKind.ReadIndexReply"/> message.</summary>
    public ReadIndexReply ReadIndexReply => Is(MessageKind.ReadIndexReply) ? new(_index) : default;

    /// <summary>One line: kind, sender, receiver, term, number and body.</summary>
    public override string ToString()
    {
        object body = Kind switch
        {
            MessageKind.RequestVote => RequestVote,
            MessageKind.VoteReply => VoteReply,
            MessageKind.AppendEntries => AppendEntries,
            MessageKind.AppendReply => AppendReply,
            MessageKind.InstallSnapshot => InstallSnapshot,
            MessageKind.SnapshotReply => SnapshotReply,
            MessageKind.PreVote => PreVote,
            MessageKind.PreVoteReply => PreVoteReply,
            MessageKind.ReadIndex => ReadIndex,
            MessageKind.ReadIndexReply => ReadIndexReply,
            MessageKind.TimeoutNow => default(TimeoutNow),
            _ => "empty",
        };
        return $"{From}->{To} term {Term} #{Number} {body}";
    }

    private bool Is(MessageKind expected) =>
        Kind == expected
            ? true
            : throw new InvariantViolationException("message kind", $"read {expected} from a {Kind} message");

    private sealed record SnapshotPiece(ReadOnlyMemory<byte> Data, Configuration? Configuration);
}
