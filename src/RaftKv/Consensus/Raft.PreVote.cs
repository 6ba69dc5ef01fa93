namespace RaftKv.Consensus;

// Dissertation §9.6, and §4.2.3 for the servers that hear a leader.
public sealed partial class Raft
{
    private NodeId _lastLeader;
    private long _lastContact;

    /// <summary>Finds out whether an election could be won. Nothing changes but this server's role.</summary>
    private void StartPreElection()
    {
        Role = Role.PreCandidate;
        // Otherwise pre-candidates would refuse each other for the sake of a leader that none of them hears.
        Leader = NodeId.None;
        DrawElectionTimeout();
        RestartElectionTimer();
        _ballot.Clear();
        _electionNumber = ++_lastNumber;
        AskForVotes();
        CountVote(Id, granted: true);
    }

    /// <summary>Touches no state and no timer. The answer's term, if higher, is adopted by the asking server.</summary>
    private void OnPreVote(in Message message)
    {
        var request = message.PreVote;
        var granted = !IsBlank && message.Term >= Term
            && IsUpToDate(request.LastLogIndex, request.LastLogTerm);
        Send(new Message(Id, message.From, Term, message.Number, new PreVoteReply(granted)), Gate());
    }

    private void OnPreVoteReply(in Message message)
    {
        if (Role == Role.PreCandidate && message.Number == _electionNumber)
            CountVote(message.From, message.PreVoteReply.Granted);
    }

    /// <summary>
    /// Whether a request for votes is to be left unanswered, its term included, because a leader was heard less than
    /// the shortest election time-out ago. It counts from the contact and not from what is known of the leader since:
    /// leases rest on it. Who asks for votes itself has stopped leading; who sends a successor has given up its
    /// lease.
    /// </summary>
    private bool HearsLeader(in Message request)
    {
        if (!_options.CheckQuorum || (request.Kind == MessageKind.RequestVote && request.RequestVote.IsTransfer))
            return false;
        return Role == Role.Leader
            || (request.From != _lastLeader && _now - _lastContact < _options.ElectionTimeout.Ticks);
    }
}
