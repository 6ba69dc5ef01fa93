using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

// The leader's side of paper §5.3.
public sealed partial class Raft
{
    private long _heartbeatDeadline;
    private bool _heartbeatDue;
    private LogIndex _offered;
    private readonly Backlog _backlog = new();
    private readonly SnapshotPace _pace;
    private bool _isPaced;

    private void OnPropose(long number, ReadOnlyMemory<byte> command)
    {
        var status = Role != Role.Leader ? ProposalStatus.NotLeader
            : Successor != NodeId.None ? ProposalStatus.Busy
            : _backlog.Bytes >= _options.MaxUncommittedBytes ? ProposalStatus.Busy
            : ProposalStatus.Appended;
        if (status != ProposalStatus.Appended)
        {
            _effects.Proposals.Add(new(number, status, LogIndex.Zero, Term));
            return;
        }

        Append(EntryKind.Command, command);
        _effects.Proposals.Add(new(number, status, Log.LastIndex, Term));
    }

    private void Append(EntryKind kind, ReadOnlyMemory<byte> data)
    {
        var entry = new LogEntry(Log.LastIndex.Next, Term, kind, data);
        Log.Append(entry);
        if (_configurations.Append(entry))
            OnConfigurationChanged();
        _backlog.Add(data.Length);
    }

    /// <summary>
    /// Entries leave anyway: once a quarter of the interval has passed they make the next round, so that only an idle
    /// leader sends heartbeats of their own (paper §5.2). Not before the last round is answered: entries are when they
    /// are durable, heartbeats at once, and slow disks must not make a leader seem deserted.
    /// </summary>
    private void BeatWithEntries()
    {
        var hasNew = Log.LastIndex > _offered;
        _offered = Log.LastIndex;
        if (hasNew && !_heartbeatDue && _rounds.Confirmed == _rounds.Last
            && _now >= _heartbeatDeadline - (_options.HeartbeatInterval.Ticks / 4 * 3))
            Beat();
    }

    /// <summary>A round begins, and what is looked at with every round is.</summary>
    private void Beat()
    {
        BeginRound();
        if (IsDeserted)
        {
            BecomeFollower();
            return;
        }

        CheckTransfer();
        if (_now >= _farewellDeadline)
            EndFarewell();
    }

    private void SendToFollowers()
    {
        _isPaced = false;
        foreach (var follower in _followers)
        {
            // Its promises are lost with its log: entries would give it back a vote that it may have cast already.
            if (follower.IsBlank && Configuration.IsVoter(follower.Id))
                continue;
            if (follower.State != ReplicationState.Snapshot && follower.Next <= Log.BaseIndex)
                follower.SendSnapshot(Snapshot, _configurations.At(Snapshot.Index), _lastNumber + 1);
            switch (follower.State)
            {
                case ReplicationState.Probe:
                    SendProbe(follower);
                    break;
                case ReplicationState.Replicate:
                    SendEntries(follower);
                    break;
                case ReplicationState.Snapshot:
                    SendSnapshot(follower);
                    break;
            }
        }

        _heartbeatDue = false;
    }

    private void SendProbe(Progress follower)
    {
        if (follower.ProbeNumber == 0)
        {
            follower.ProbeSent(++_lastNumber);
            SendAppend(follower, _lastNumber, Log.Slice(follower.Next, _options.MaxAppendBytes, out _));
        }
        else if (_heartbeatDue)
        {
            SendAppend(follower, follower.ProbeNumber, default);
        }
    }

    private void SendEntries(Progress follower)
    {
        var heartbeat = _heartbeatDue;
        while (follower.Next <= Log.LastIndex && !follower.Inflights.IsFull)
        {
            var entries = Log.Slice(follower.Next, _options.MaxAppendBytes, out var bytes);
            SendAppend(follower, ++_lastNumber, entries);
            follower.EntriesSent(follower.Next + (entries.Length - 1), bytes);
            heartbeat = false;
        }

        // It builds on the last entry sent: accepted, it frees the window though acknowledgements were lost; rejected,
        // it shows that entries were.
        if (heartbeat)
            SendAppend(follower, ++_lastNumber, default);
    }

    // The own term is durable (CheckElected), so these messages need not wait for the own flush.
    private void SendAppend(Progress follower, long number, ReadOnlyMemory<LogEntry> entries)
    {
        var previous = follower.Next.Previous;
        SendAppend(follower.Id, number, previous, Log.TermAt(previous), entries);
    }

    private void SendAppend(
        NodeId to, long number, LogIndex previous, Term previousTerm, ReadOnlyMemory<LogEntry> entries) =>
        Send(new Message(
            Id, to, Term, number,
            new AppendEntries(previous, previousTerm, CommitIndex, entries, _rounds.Last)));

    private void OnAppendReply(in Message message, Progress follower)
    {
        var reply = message.AppendReply;
        if (!AnswersRequest(message) || reply.Round > _rounds.Last)
            return;
        // One that lost its disk may have helped another leader and not know it.
        if (!reply.IsBlank)
            follower.Answered(reply.Round);
        ConfirmRounds();
        if (reply.Accepted)
        {
            Accepted(follower, message.Number, reply.Index);
            return;
        }

        var agreement = Log.LastWithTermAtMost(reply.Index, reply.ConflictTerm);
        follower.Rejected(message.Number, agreement, reply.IsBlank, _lastNumber + 1);
    }

    private void Accepted(Progress follower, long number, LogIndex index)
    {
        if (index > Log.LastIndex)
        {
            throw new InvariantViolationException(
                "log matching", $"{follower.Id} acknowledges {index}, the leader's last index is {Log.LastIndex}");
        }

        follower.Accepted(number, index, Log.BaseIndex, _lastNumber + 1);
        // The log has been compacted beyond the snapshot that it was sent meanwhile: the newest one comes next.
        if (follower.State == ReplicationState.Snapshot && follower.Transfer.Snapshot.Index <= follower.Match)
            follower.SendSnapshot(Snapshot, _configurations.At(Snapshot.Index), _lastNumber + 1);
        follower.MeasureCatchUp(Log.LastIndex, _now);
        AdvanceCommit();
    }

    private bool AnswersRequest(in Message message) =>
        Role == Role.Leader && message.Term == Term && message.Number > 0 && message.Number <= _lastNumber;
}
