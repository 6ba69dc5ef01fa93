namespace RaftKv.Consensus;

// Paper §7.
public sealed partial class Raft
{
    private void OnSnapshotTaken(SnapshotId snapshot, LogIndex compactThrough)
    {
        // A newer one was received while this one was being written.
        if (snapshot.Index <= Snapshot.Index)
            return;
        CheckOwnSnapshot(snapshot, compactThrough);
        Snapshot = snapshot;
        _configurations.CoverThrough(snapshot.Index);
        Compact(LogIndex.Max(compactThrough, Log.BaseIndex));
    }

    private void Compact(LogIndex through)
    {
        WriteChanges();
        if (Role == Role.Leader)
            _backlog.Settle(Log, through);
        Log.CompactThrough(through);
        var token = _durability.Write(_durability.WrittenIndex);
        _effects.Writes.Add(
            new(token, StorageWriteKind.Compact) { Snapshot = Snapshot, CompactThrough = through });
    }

    private void SendSnapshot(Progress follower)
    {
        var transfer = follower.Transfer;
        if (transfer.Number == 0 && _now < _pace.OpensAt)
            _isPaced = true;
        else if (transfer.Number == 0)
            Ask(follower, ++_lastNumber);
        else if (_heartbeatDue && _now - transfer.LastActivity >= _options.ElectionTimeout.Ticks)
            Ask(follower, transfer.Number);

        // Accepted, it shows that the snapshot was installed though the reply was lost.
        if (_heartbeatDue)
            SendAppend(follower.Id, ++_lastNumber, transfer.Snapshot.Index, transfer.Snapshot.Term, default);
    }

    private void Ask(Progress follower, long number)
    {
        var transfer = follower.Transfer;
        transfer.Ask(number, _now);
        _effects.SnapshotReads.Add(new(follower.Id, number, Term, transfer.Snapshot, transfer.Offset));
    }

    private void OnSnapshotRead(in SnapshotRead read, in InstallSnapshot chunk)
    {
        if (Role != Role.Leader || read.Term != Term || Follower(read.To) is not { } follower
            || follower.State != ReplicationState.Snapshot || follower.Transfer.Number != read.Number)
        {
            return;
        }

        var transfer = follower.Transfer;
        if (chunk.Snapshot != transfer.Snapshot && chunk.Snapshot.Index < Snapshot.Index)
        {
            // Storage gave the start of a snapshot that is neither the one asked for nor the newest any more.
            transfer.Start(Snapshot, _configurations.At(Snapshot.Index));
            return;
        }

        var configuration = chunk.Snapshot == transfer.Snapshot
            ? transfer.Configuration
            : _configurations.At(chunk.Snapshot.Index);
        transfer.Send(chunk.Snapshot, configuration, chunk.Offset, _now);
        _pace.Sent(chunk.Data.Length, _now);
        Send(new Message(Id, follower.Id, Term, read.Number, chunk with { Configuration = configuration }));
    }

    private void OnSnapshotReply(in Message message, Progress follower)
    {
        if (!AnswersRequest(message))
            return;
        var reply = message.SnapshotReply;
        if (reply.Installed)
        {
            Accepted(follower, message.Number, reply.Snapshot.Index);
            return;
        }

        var transfer = follower.Transfer;
        // A follower that could not store the piece is asked again after a while, not at once.
        if (follower.State == ReplicationState.Snapshot && message.Number == transfer.Number
            && reply.Snapshot == transfer.Snapshot && reply.NextOffset != transfer.Offset)
        {
            transfer.Continue(reply.NextOffset);
        }
    }

    private void OnInstallSnapshot(in Message message)
    {
        var snapshot = message.InstallSnapshot.Snapshot;
        if (message.Term < Term)
        {
            Reply(message, Message.NoNumber, new SnapshotReply(snapshot, NextOffset: 0, Installed: false));
            return;
        }

        Follow(message.From);
        // A voter knows a configuration. This one has lost its disk, and a snapshot does not give it its votes back.
        if (IsBlank && message.InstallSnapshot.Configuration?.IsVoter(Id) == true)
            return;
        if (snapshot.Index <= CommitIndex)
            ReplyInstalled(message);
        else
            _effects.SnapshotChunks.Add(message);
    }

    private void OnSnapshotStored(in Message message, long nextOffset, bool complete)
    {
        var snapshot = message.InstallSnapshot.Snapshot;
        // A leader holds every committed entry in its log and applies from there.
        if (complete && snapshot.Index > CommitIndex && Role != Role.Leader)
            Install(snapshot, message.InstallSnapshot.Configuration ?? Configuration.Empty);
        if (message.Term != Term || Role != Role.Follower)
            return;
        if (snapshot.Index <= CommitIndex)
            ReplyInstalled(message);
        else
            Reply(message, message.Number, new SnapshotReply(snapshot, nextOffset, Installed: false));
    }

    private void Install(SnapshotId snapshot, Configuration configuration)
    {
        var suffixMatches = Log.Contains(snapshot.Index, snapshot.Term);
        if (!suffixMatches)
        {
            WriteChanges();
            _durability.Supersede(CommitIndex.Next);
            Log.Restart(snapshot);
            _configurations.Restart(snapshot.Index, configuration);
            OnConfigurationChanged();
            var token = _durability.Write(snapshot.Index);
            _effects.Writes.Add(new(token, StorageWriteKind.Reset) { Snapshot = snapshot });
        }

        Snapshot = snapshot;
        CommitIndex = AppliedIndex = snapshot.Index;
        _effects.Restore = snapshot;
        if (suffixMatches)
        {
            CheckConfiguration(snapshot, configuration);
            _configurations.CoverThrough(snapshot.Index);
            Compact(snapshot.Index);
        }
    }

    private void ReplyInstalled(in Message message)
    {
        var install = message.InstallSnapshot;
        CheckCommitted(install.Snapshot.Index, install.Snapshot.Term);
        Reply(message, message.Number, new SnapshotReply(install.Snapshot, install.TotalBytes, Installed: true));
    }

    private void Reply(in Message request, long number, in SnapshotReply reply) =>
        Send(new Message(Id, request.From, Term, number, reply), Gate());
}
