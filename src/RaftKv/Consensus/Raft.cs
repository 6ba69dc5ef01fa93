namespace RaftKv.Consensus;

/// <summary>
/// The Raft algorithm (Ongaro and Ousterhout 2014, "the paper") of one server, as a pure state machine: inputs in,
/// effects out. Nothing in it waits, reads a clock or touches the world.
/// </summary>
/// <remarks>
/// The driver steps all inputs at hand, then <see cref="Input.BatchEnd"/>, carries out the effects, applies the entries
/// in (<see cref="AppliedIndex"/>, <see cref="CommitIndex"/>] and arms a timer at <see cref="NextDeadline"/>. A step
/// that throws <see cref="Diagnostics.InvariantViolationException"/> ends the server.
/// </remarks>
public sealed partial class Raft
{
    private readonly RaftOptions _options;
    private readonly RandomBelow _random;
    private readonly Ballot _ballot = new();
    private readonly Func<NodeId, long> _matchOf;
    private readonly Durability _durability;
    private readonly ConfigurationHistory _configurations;

    private Effects _effects = new();
    private long _now;
    private long _lastNumber;

    /// <summary>Resumes from what storage found.</summary>
    /// <param name="options">Settings; validated here.</param>
    /// <param name="recovered">Durable state. The snapshot's content is already in the state machine.</param>
    /// <param name="random">The only source of chance.</param>
    /// <param name="now">Monotonic time in ticks of 100 ns.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="Diagnostics.InvariantViolationException">The recovered state contradicts itself.</exception>
    public Raft(RaftOptions options, RecoveredState recovered, RandomBelow random, long now)
    {
        options.Validate();
        _options = options;
        _random = random;
        _now = now;
        _matchOf = voter => MatchIndex(voter).Value;
        _roundOf = voter => voter == Id ? _rounds.Last : Follower(voter)?.Round ?? 0;
        _lease = new Lease(options);
        // Whom it heard before it stopped it does not know, nor how long ago.
        _lastContact = now;
        // Not the numbers of an earlier incarnation, whose answers may be on their way.
        _lastAsked = (long)random(1 << 30) << 32;

        Log = Recover(recovered);
        Snapshot = recovered.Snapshot;
        CommitIndex = AppliedIndex = Snapshot.Index;
        _configurations = new ConfigurationHistory(Snapshot.Index, recovered.Configuration);
        for (var index = Snapshot.Index.Next; index <= Log.LastIndex; index = index.Next)
            _configurations.Append(Log[index]);
        OnConfigurationChanged();
        _durability = new Durability(Log.LastIndex, recovered.HardState);
        _pace = new SnapshotPace(options.SnapshotBytesPerSecond);
        EnterTerm(recovered.HardState.Term, recovered.HardState.VotedFor);
        Role = Role.Follower;
        RestartElectionTimer();
        CheckInvariants();
    }

    /// <summary>This server.</summary>
    public NodeId Id => _options.Id;

    /// <summary>The present role.</summary>
    public Role Role { get; private set; }

    /// <summary>The latest term this server has seen.</summary>
    public Term Term { get; private set; }

    /// <summary>Whom this server voted for in <see cref="Term"/>.</summary>
    public NodeId VotedFor { get; private set; }

    /// <summary>The leader of <see cref="Term"/>, if known.</summary>
    public NodeId Leader { get; private set; }

    /// <summary>The configuration in force: the last one in the log, committed or not.</summary>
    public Configuration Configuration => _configurations.Current;

    /// <summary>Where that configuration stands in the log; the snapshot's index when it came with that.</summary>
    public LogIndex ConfigurationIndex => _configurations.CurrentIndex;

    /// <summary>
    /// Whether the configuration in force leaves this server out, and an earlier one that the log still holds does not.
    /// </summary>
    public bool IsRemoved => _configurations.HasLost(Id);

    /// <summary>Whether this server has never been told of a cluster, or has forgotten it.</summary>
    public bool IsBlank => Configuration.Members.Count == 0;

    /// <summary>The log.</summary>
    public RaftLog Log { get; }

    /// <summary>The highest index known to be committed.</summary>
    public LogIndex CommitIndex { get; private set; }

    /// <summary>The highest index that the state machine has applied, as far as the driver has said.</summary>
    public LogIndex AppliedIndex { get; private set; }

    /// <summary>The newest own snapshot.</summary>
    public SnapshotId Snapshot { get; private set; }

    /// <summary>The position of the log's first entry.</summary>
    public LogIndex FirstIndex => Log.FirstIndex;

    /// <summary>The position of the log's last entry.</summary>
    public LogIndex LastIndex => Log.LastIndex;

    /// <summary>The log as it stands is durable up to here.</summary>
    public LogIndex DurableIndex => _durability.DurableIndex;

    /// <summary>The durable term and vote.</summary>
    public HardState DurableHardState => _durability.DurableHardState;

    /// <summary>What this server knows about the others while it leads, in the order of their ids.</summary>
    public IReadOnlyList<Progress> Followers => _followers;

    /// <summary>When to step <see cref="Input.TimePassed"/>, in ticks; <see cref="long.MaxValue"/>: never.</summary>
    public long NextDeadline => Role is Role.PreCandidate or Role.Candidate
        ? Math.Min(_electionDeadline, _askAgainAt)
        : Role != Role.Leader ? CanCampaign || Leader != NodeId.None ? _electionDeadline : long.MaxValue
        : _followers.Length == 0 ? long.MaxValue
        : _isPaced ? Math.Min(_heartbeatDeadline, _pace.OpensAt)
        : _heartbeatDeadline;

    /// <summary>When this server stands for election unless it hears a leader, leads or may not.</summary>
    internal long ElectionDeadline => _electionDeadline;

    /// <summary>The configuration in force at a position from <see cref="Snapshot"/> on.</summary>
    public Configuration ConfigurationAt(LogIndex index) => _configurations.At(index);

    /// <summary>While this server leads: how far the durable log of a voter is known to agree.</summary>
    public LogIndex MatchIndex(NodeId voter) =>
        voter == Id ? DurableIndex : Follower(voter)?.Match ?? throw new ArgumentException($"{voter} is no voter.");

    /// <summary>Takes one input and appends what it asks of the world to <paramref name="effects"/>.</summary>
    /// <param name="now">Monotonic time in ticks of 100 ns.</param>
    /// <param name="input">What happened.</param>
    /// <param name="effects">Where the effects are appended.</param>
    /// <exception cref="Diagnostics.InvariantViolationException">Going on would be unsafe; see the message.</exception>
    public void Step(long now, in Input input, Effects effects)
    {
        _now = now;
        _effects = effects;
        if (effects.IsEmpty)
            Log.ReuseDropped();
        switch (input.Kind)
        {
            case InputKind.TimePassed:
                OnTimePassed();
                break;
            case InputKind.Message:
                OnMessage(input.Message);
                break;
            case InputKind.Propose:
                OnPropose(input.ProposalNumber, input.Command);
                break;
            case InputKind.ChangeMembership:
                OnChangeMembership(input.ProposalNumber, input.Changes!);
                break;
            case InputKind.Transfer:
                OnTransfer(input.ProposalNumber, input.Target);
                break;
            case InputKind.Read:
                OnRead(input.ReadNumber, input.ByLease);
                break;
            case InputKind.Persisted:
                OnPersisted(input.Token);
                break;
            case InputKind.Applied:
                OnApplied(input.Index);
                break;
            case InputKind.SnapshotTaken:
                OnSnapshotTaken(input.Snapshot, input.Index);
                break;
            case InputKind.SnapshotRead:
                OnSnapshotRead(input.SnapshotPiece, input.Chunk);
                break;
            case InputKind.SnapshotStored:
                OnSnapshotStored(input.Message, input.NextOffset, input.Complete);
                break;
            case InputKind.BatchEnd:
                OnBatchEnd();
                break;
            default:
                throw new ArgumentException($"Unknown input kind {input.Kind}.", nameof(input));
        }

        CheckInvariants();
    }

    private void OnTimePassed()
    {
        if (_now < NextDeadline)
            return;
        if (Role == Role.Leader && _now < _heartbeatDeadline)
            return;
        if (Role == Role.Leader)
            Beat();
        else if (_now < _electionDeadline)
            AskForVotes();
        else if (!CanCampaign)
            // It waits for a leader, and no longer sends clients to one that it does not hear.
            Leader = NodeId.None;
        else if (_options.PreVote)
            StartPreElection();
        else
            StartElection(isTransfer: false);
    }

    private void OnMessage(in Message message)
    {
        // Requests are taken from anyone: the own configuration may be behind (dissertation §4.2). Answers count only
        // if they come from a member.
        var sender = Follower(message.From);
        if (message.To != Id || message.From == Id)
            return;
        // A leader knows every committed configuration: who is in none cannot win, and only disturbs.
        if (sender is null && Role == Role.Leader && message.Kind == MessageKind.RequestVote)
            return;
        if (message.Kind is MessageKind.RequestVote or MessageKind.PreVote && HearsLeader(message))
            return;
        if (message.Term > Term && message.Kind != MessageKind.PreVote)
        {
            EnterTerm(message.Term, NodeId.None);
            BecomeFollower();
        }

        switch (message.Kind)
        {
            case MessageKind.RequestVote:
                OnRequestVote(message);
                break;
            case MessageKind.VoteReply:
                OnVoteReply(message);
                break;
            case MessageKind.AppendEntries:
                OnAppendEntries(message);
                break;
            case MessageKind.AppendReply when sender is not null:
                OnAppendReply(message, sender);
                break;
            case MessageKind.InstallSnapshot:
                OnInstallSnapshot(message);
                break;
            case MessageKind.SnapshotReply when sender is not null:
                OnSnapshotReply(message, sender);
                break;
            case MessageKind.PreVote:
                OnPreVote(message);
                break;
            case MessageKind.PreVoteReply:
                OnPreVoteReply(message);
                break;
            case MessageKind.ReadIndex:
                OnReadIndex(message);
                break;
            case MessageKind.TimeoutNow:
                OnTimeoutNow(message);
                break;
            case MessageKind.ReadIndexReply:
                OnReadIndexReply(message);
                break;
        }
    }

    private void OnBatchEnd()
    {
        WriteChanges();
        FailReadsOfAnotherLeader();
        if (Role == Role.Leader)
            BeatWithEntries();
        if (Role == Role.Leader)
            ServeReads();
        // With a round a leader may find that it is deserted.
        FailReadsOfAnotherLeader();
        EndTransferOfAnotherTerm();
        if (Role == Role.Leader)
        {
            SendToFollowers();
            TellSuccessor();
        }
        else
        {
            ForwardReads();
        }
    }

    private Progress? Follower(NodeId id)
    {
        foreach (var follower in _followers)
        {
            if (follower.Id == id)
                return follower;
        }

        return null;
    }

    private void Send(in Message message, long after = 0) => _effects.Messages.Add(new(message, after));
}
