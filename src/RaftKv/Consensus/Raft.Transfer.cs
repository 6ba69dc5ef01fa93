namespace RaftKv.Consensus;

// Leadership transfer: dissertation §3.10.
public sealed partial class Raft
{
    /// <summary>The number of a transfer that nobody has asked for.</summary>
    private const long NoTransfer = -1;

    private long _transferNumber;
    private Term _transferTerm;
    private long _transferDeadline;
    private bool _isTold;

    /// <summary>Who is to lead next, while this server hands over its leadership.</summary>
    public NodeId Successor { get; private set; }

    private void OnTransfer(long number, NodeId target)
    {
        if (target == NodeId.None)
            target = BestSuccessor();
        var status = Role != Role.Leader ? TransferStatus.NotLeader
            : target == Id ? TransferStatus.Done
            : Successor != NodeId.None ? TransferStatus.Busy
            : !Configuration.IsVoter(target) ? TransferStatus.NoVoter
            : TransferStatus.Begun;
        if (status != TransferStatus.Begun)
        {
            _effects.Transfers.Add(new(number, status));
            return;
        }

        BeginTransfer(target, number);
    }

    private void BeginTransfer(NodeId successor, long number)
    {
        (Successor, _transferNumber, _transferTerm, _isTold) = (successor, number, Term, false);
        _transferDeadline = _now + _options.ElectionTimeout.Ticks;
        // The successor will be elected although the others hear this leader.
        _lease.GiveUp();
    }

    /// <summary>
    /// A leader that is no voter any more managed the change without counting itself, and its work is done
    /// (dissertation §4.2.2). It hands over, so that the others need not miss it first.
    /// </summary>
    private void Leave()
    {
        if (Successor == NodeId.None && BestSuccessor() is var successor && successor != NodeId.None)
            BeginTransfer(successor, NoTransfer);
        if (Successor == NodeId.None)
            BecomeFollower();
    }

    /// <summary>The voter that answers and has most.</summary>
    private NodeId BestSuccessor()
    {
        Progress? best = null;
        foreach (var follower in _followers)
        {
            if (Configuration.IsVoter(follower.Id) && !follower.IsBlank && (best is null || IsBetter(follower, best)))
                best = follower;
        }

        return best?.Id ?? NodeId.None;

        bool IsBetter(Progress one, Progress other)
        {
            var (answers, othersAnswer) = (one.Round >= _rounds.Confirmed, other.Round >= _rounds.Confirmed);
            return answers == othersAnswer ? one.Match > other.Match : answers;
        }
    }

    /// <summary>Tells the successor once its log is as long as this one, which takes no commands meanwhile.</summary>
    private void TellSuccessor()
    {
        if (Successor == NodeId.None || _isTold || Follower(Successor) is not { IsBlank: false } follower
            || follower.Match < Log.LastIndex)
        {
            return;
        }

        _isTold = true;
        Send(new Message(Id, Successor, Term, ++_lastNumber, default(TimeoutNow)));
    }

    /// <summary>With each round the successor is told again, until an election time-out has passed.</summary>
    private void CheckTransfer()
    {
        _isTold = false;
        if (Successor != NodeId.None && _now >= _transferDeadline)
        {
            EndTransfer(TransferStatus.TimedOut);
            if (HasLeft)
                BecomeFollower();
        }
    }

    private void EndTransferOfAnotherTerm()
    {
        if (Successor != NodeId.None && (Role != Role.Leader || Term != _transferTerm))
            EndTransfer(TransferStatus.Done);
    }

    private void EndTransfer(TransferStatus status)
    {
        Successor = NodeId.None;
        if (_transferNumber != NoTransfer)
            _effects.Transfers.Add(new(_transferNumber, status));
    }

    private void OnTimeoutNow(in Message message)
    {
        if (message.Term == Term && Role == Role.Follower && message.From == Leader && CanCampaign)
            StartElection(isTransfer: true);
    }
}
