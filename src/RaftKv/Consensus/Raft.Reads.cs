namespace RaftKv.Consensus;

// Dissertation §6.4: reads that leave no entry in the log.
public sealed partial class Raft
{
    private readonly ReadQueue _reads = new();
    private readonly Lease _lease;
    private (Term Term, NodeId Leader) _readsUnder;
    private LogIndex _firstOwnIndex;
    private long _lastAsked;
    private long _askedAt;
    private bool _askByLease;

    /// <summary>Before an entry of its term is committed, a leader does not know what is (§6.4, step 1).</summary>
    private bool KnowsWhatIsCommitted => CommitIndex >= _firstOwnIndex;

    private void OnRead(long number, bool byLease)
    {
        FailReadsOfAnotherLeader();
        if (Leader == NodeId.None || _reads.Count >= _options.MaxWaitingReads)
        {
            var status = Leader == NodeId.None ? ReadStatus.NoLeader : ReadStatus.Busy;
            _effects.Reads.Add(new(number, status, LogIndex.Zero));
            return;
        }

        if (Role == Role.Leader)
        {
            Read(Id, number, byLease);
            return;
        }

        _askByLease = byLease && (_askByLease || !_reads.HasNew);
        _reads.Add(Id, number);
    }

    private void OnReadIndex(in Message message)
    {
        FailReadsOfAnotherLeader();
        if (message.Term < Term)
            return;
        if (Role == Role.Leader && _reads.Count < _options.MaxWaitingReads)
            Read(message.From, message.Number, message.ReadIndex.ByLease);
        else
            Send(ReadReply(message.From, message.Number, LogIndex.Zero), TermGate());
    }

    private void Read(NodeId from, long number, bool byLease)
    {
        if (byLease && KnowsWhatIsCommitted && _lease.IsHeld(_rounds, _now))
            Answer(from, number, CommitIndex);
        else
            _reads.Add(from, number);
    }

    /// <summary>The leader's part at the end of a batch: one round for all reads that wait for one.</summary>
    private void ServeReads()
    {
        if (_reads.Count == 0)
            return;
        // The configuration may have changed since the last answer came, and fewer be enough.
        ConfirmRounds();
        AnswerConfirmedReads();
        if (!_reads.HasNew || !KnowsWhatIsCommitted || (_reads.IsAsking && !_heartbeatDue))
            return;
        // A round that is due has begun in this batch and none of its messages has left: it vouches for these reads.
        if (!_heartbeatDue)
            Beat();
        if (Role != Role.Leader)
            return;
        _reads.Ticket(_rounds.Last, CommitIndex);
        ConfirmRounds();
        AnswerConfirmedReads();
    }

    private void AnswerConfirmedReads()
    {
        while (_reads.TryTake(_rounds.Confirmed, out var read))
            Answer(read.From, read.Number, read.Index);
    }

    private void Answer(NodeId from, long number, LogIndex index)
    {
        if (from == Id)
            _effects.Reads.Add(new(number, ReadStatus.Ready, index));
        else
            Send(ReadReply(from, number, index));
    }

    /// <summary>The follower's part: one request for all reads that wait for one; once more if it seems lost.</summary>
    private void ForwardReads()
    {
        var isLost = _reads.IsAsking && _now - _askedAt >= _options.HeartbeatInterval.Ticks;
        if (!isLost && (_reads.IsAsking || !_reads.HasNew))
            return;
        _askedAt = _now;
        _reads.Ticket(++_lastAsked, LogIndex.Zero);
        var request = new ReadIndex(_askByLease && !isLost);
        Send(new Message(Id, Leader, Term, _lastAsked, request), TermGate());
    }

    /// <summary>What questions and refusals wait for, which promise nothing but the term: as a rule nothing.</summary>
    private long TermGate() => DurableHardState.Term == Term ? 0 : Gate();

    private void OnReadIndexReply(in Message message)
    {
        FailReadsOfAnotherLeader();
        // A number beyond those of this incarnation belongs to an earlier one.
        if (message.Term != Term || message.From != Leader || message.Number > _lastAsked)
            return;
        var index = message.ReadIndexReply.Index;
        // It says what is committed, too, and the next append may be a heartbeat away.
        if (_agreedTerm == Term)
            CommitTo(LogIndex.Min(index, _agreed));
        var status = index > LogIndex.Zero ? ReadStatus.Ready : ReadStatus.NoLeader;
        while (_reads.TryTake(message.Number, out var read))
            _effects.Reads.Add(new(read.Number, status, index));
    }

    /// <summary>Whoever was asked cannot answer any more: who waits here is told, followers ask anew.</summary>
    private void FailReadsOfAnotherLeader()
    {
        if (_readsUnder == (Term, Leader))
            return;
        _readsUnder = (Term, Leader);
        while (_reads.TryTake(out var read))
        {
            if (read.From == Id)
                _effects.Reads.Add(new(read.Number, ReadStatus.NoLeader, LogIndex.Zero));
        }
    }

    private Message ReadReply(NodeId to, long number, LogIndex index) =>
        new(Id, to, Term, number, new ReadIndexReply(index));
}
