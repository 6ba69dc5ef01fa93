using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Scenarios.Consensus;

namespace RaftKv.Scenarios.Scripts;

// What the core asks for at the end of a batch.
internal sealed partial class ScriptNode
{
    // In one piece: the pieces have tests of their own. What storage has of a snapshot counts once a write says so.
    private const int SnapshotBytes = 10;

    public void Read(bool byLease)
    {
        _committedAtRead.Add(_world.Checks.LastCommitted);
        Step(Input.Read(_committedAtRead.Count - 1, byLease));
    }

    /// <summary>A snapshot of the state machine as it is; the log goes up to <paramref name="through"/>.</summary>
    public void Compact(LogIndex through)
    {
        var snapshot = new SnapshotId(_applied, Raft.Log.TermAt(_applied));
        _world.SnapshotStates[snapshot] = _state;
        Step(Input.SnapshotTaken(snapshot, through));
    }

    private void CarryOut()
    {
        foreach (var write in _effects.Writes)
        {
            Transcript.Event(Raft.Id, $"write {write.Token}", Wording.Of(write));
            Disk.Write(write);
        }

        foreach (var (message, after) in _effects.Messages)
        {
            Transcript.Event(Raft.Id, after == 0 ? "send" : $"hold {after}", Wording.Of(message));
            if (after == 0)
                Send(message.Keep());
            else
                _held.Add(new(message, after));
        }

        foreach (var proposal in _effects.Proposals)
            Transcript.Event(Raft.Id, "proposal", Wording.Of(proposal));
        foreach (var read in _effects.Reads)
            Answer(read);
        foreach (var transfer in _effects.Transfers)
            Transcript.Event(Raft.Id, "transfer", Wording.Of(transfer.Status));
        if (_effects.Restore is { } snapshot)
            Restore(snapshot);
        SnapshotRead[] reads = [.. _effects.SnapshotReads];
        Message[] pieces = [.. _effects.SnapshotChunks];
        _effects.Clear();
        foreach (var read in reads)
            Read(read);
        foreach (var piece in pieces)
            Store(piece);
    }

    /// <summary>A linearizable read sees all that was committed anywhere when it was asked for.</summary>
    private void Answer(ReadResult read)
    {
        Transcript.Event(Raft.Id, "read", Wording.Of(read));
        var committed = _committedAtRead[(int)read.ReadNumber];
        if (read.Status == ReadStatus.Ready && read.Index < committed)
            throw new InvariantViolationException("stale read", $"{Raft.Id}: {read.Index}, {committed} was committed");
    }

    private void Restore(SnapshotId snapshot)
    {
        Transcript.Event(Raft.Id, "restore", $"snapshot {snapshot}");
        _toApply.Clear();
        _handedOut = _applied = snapshot.Index;
        _state = _world.SnapshotStates[snapshot];
        _world.Checks.Restored(Raft, snapshot.Index, _state);
    }

    private void Read(in SnapshotRead read)
    {
        Transcript.Event(Raft.Id, "load", $"snapshot {Raft.Snapshot} for {read.To}");
        var piece = new InstallSnapshot(Raft.Snapshot, 0, SnapshotBytes, new byte[SnapshotBytes]);
        Step(Input.SnapshotRead(read, piece));
    }

    private void Store(in Message message)
    {
        var piece = message.InstallSnapshot;
        Transcript.Event(Raft.Id, "store", $"snapshot {piece.Snapshot}");
        Disk.Receive(piece.Snapshot, piece.Configuration!);
        Step(Input.SnapshotStored(message, piece.TotalBytes, complete: true));
    }
}
