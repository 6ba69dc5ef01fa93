namespace RaftKv.Consensus;

// Paper §5.2 and §5.4.1.
public sealed partial class Raft
{
    private const int TimeoutSteps = 1 << 16;

    private long _electionTimeout;
    private long _electionDeadline;
    private long _electionNumber;
    private long _askAgainAt;
    private bool _isTransfer;

    /// <summary>
    /// Draws the term's time-out from [T, 2T), so that candidates rarely collide twice; behind that of servers of a
    /// higher priority.
    /// </summary>
    private void DrawElectionTimeout()
    {
        var shortest = _options.ElectionTimeout.Ticks;
        _electionTimeout = shortest + (shortest * _random(TimeoutSteps) / TimeoutSteps)
            + (shortest * (RaftOptions.HighestPriority - _options.ElectionPriority));
    }

    private void RestartElectionTimer() => _electionDeadline = _now + _electionTimeout;

    private void EnterTerm(Term term, NodeId vote)
    {
        (Term, VotedFor) = (term, vote);
        DrawElectionTimeout();
    }

    private void BecomeFollower()
    {
        // A follower's or candidate's timer goes on: a candidate that cannot win must not keep the others from trying.
        if (Role == Role.Leader)
            RestartElectionTimer();
        Role = Role.Follower;
        Leader = NodeId.None;
    }

    private void StartElection(bool isTransfer)
    {
        Role = Role.Candidate;
        Leader = NodeId.None;
        EnterTerm(Term.Next, Id);
        RestartElectionTimer();
        // The own vote counts, and the requests leave, once term and vote are durable.
        _ballot.Clear();
        _electionNumber = ++_lastNumber;
        _isTransfer = isTransfer;
        AskForVotes();
    }

    /// <summary>
    /// Asks those that have not answered; at each heartbeat interval once more, so that a lost message costs no more
    /// than that. Who left a pre-vote unanswered because it heard a leader may have lost that meanwhile.
    /// </summary>
    private void AskForVotes()
    {
        _askAgainAt = _now + _options.HeartbeatInterval.Ticks;
        var after = Gate();
        foreach (var voter in _followers)
        {
            if (!Configuration.IsVoter(voter.Id) || _ballot.HasAnswered(voter.Id))
                continue;
            Send(
                Role == Role.PreCandidate
                    ? new Message(Id, voter.Id, Term, _electionNumber, new PreVote(Log.LastIndex, Log.LastTerm))
                    : new Message(
                        Id, voter.Id, Term, _electionNumber,
                        new RequestVote(Log.LastIndex, Log.LastTerm, _isTransfer)),
                after);
        }
    }

    private void OnRequestVote(in Message message)
    {
        if (message.Term < Term)
        {
            Send(new Message(Id, message.From, Term, Message.NoNumber, new VoteReply(Granted: false)), Gate());
            return;
        }

        var request = message.RequestVote;
        // A server that was never told of a cluster, or forgot it with its disk, has no say. A learner has: it may be a
        // voter by now without knowing (dissertation §4.2.1).
        var granted = !IsBlank && (VotedFor == NodeId.None || VotedFor == message.From)
            && IsUpToDate(request.LastLogIndex, request.LastLogTerm);
        if (granted)
        {
            VotedFor = message.From;
            // What it was asking for itself would come in the way of the server that it votes for.
            Role = Role.Follower;
            RestartElectionTimer();
        }

        Send(new Message(Id, message.From, Term, message.Number, new VoteReply(granted)), Gate());
    }

    /// <summary>Whether a log that ends there holds everything that this one can have helped to commit.</summary>
    private bool IsUpToDate(LogIndex lastIndex, Term lastTerm) =>
        lastTerm > Log.LastTerm || (lastTerm == Log.LastTerm && lastIndex >= Log.LastIndex);

    private void OnVoteReply(in Message message)
    {
        if (Role == Role.Candidate && message.Term == Term && message.Number == _electionNumber)
            CountVote(message.From, message.VoteReply.Granted);
    }

    private void CountVote(NodeId voter, bool granted)
    {
        switch (_ballot.Record(Configuration, voter, granted))
        {
            case ElectionOutcome.Won when Role == Role.PreCandidate:
                StartElection(isTransfer: false);
                break;
            case ElectionOutcome.Won:
                BecomeLeader();
                break;
            case ElectionOutcome.Lost:
                BecomeFollower();
                break;
        }
    }

    private void BecomeLeader()
    {
        CheckElected();
        Role = Role.Leader;
        Leader = Id;
        EndFarewell();
        _rounds.Restart(_now);
        _lease.Restart();
        foreach (var follower in _followers)
            follower.Restart(Log.LastIndex, _lastNumber + 1, _now);
        _heartbeatDeadline = _now;
        BeginRound();
        _backlog.Restart(Log, LogIndex.Min(CommitIndex, DurableIndex));
        Append(EntryKind.NoOp, default);
        _firstOwnIndex = Log.LastIndex;
    }

    /// <summary>Accepts the sender as the leader of the present term.</summary>
    private void Follow(NodeId leader)
    {
        CheckLeader(leader);
        Role = Role.Follower;
        Leader = _lastLeader = leader;
        _lastContact = _now;
        RestartElectionTimer();
    }
}
