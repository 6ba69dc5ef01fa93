using RaftKv.Consensus;
using RaftKv.Diagnostics;

namespace RaftKv.Server;

/// <summary>The state machine's side of a replica: applying, taking snapshots, sending and receiving them.</summary>
public sealed partial class Replica<TResult>
{
    private LogIndex _applied;
    private bool _restoring;
    private bool _savingSnapshot;
    private bool _storing;

    /// <returns>Whether anything was applied, and the replica goes on.</returns>
    private bool ApplyCommitted()
    {
        if (_restoring || _applied >= _raft.CommitIndex)
            return false;
        while (_applied < _raft.CommitIndex && !_stopped)
        {
            var entry = _raft.Log[_applied.Next];
            if (entry.Index != _applied.Next)
                throw new InvariantViolationException(
                    "applied in order", $"entry {entry.Index} follows applied index {_applied}");
            var result = entry.Kind == EntryKind.Command ? _machine.Apply(entry.Index, entry.Data) : default;
            _applied = entry.Index;
            _observer?.Applied(entry);
            _pending.Applied(entry.Index, entry.Term, result);
            if (_compaction.Applied(entry) && !_savingSnapshot)
                _ = TakeSnapshotAsync(new SnapshotId(entry.Index, entry.Term));
        }

        return !_stopped;
    }

    private void StartSnapshotWork()
    {
        if (_effects.Restore is { } snapshot)
            _ = RestoreAsync(snapshot);
        foreach (var read in _effects.SnapshotReads)
            _ = ReadSnapshotAsync(read);
        foreach (var chunk in _effects.SnapshotChunks)
        {
            // One at a time, and a newer snapshot would pull the file away from under the restore. The leader sends it
            // again.
            if (!_restoring && !_storing)
                _ = StoreSnapshotAsync(chunk);
        }
    }

    private async Task TakeSnapshotAsync(SnapshotId snapshot)
    {
        _savingSnapshot = true;
        try
        {
            using var cut = new ReplicaCut(_raft.ConfigurationAt(snapshot.Index), _machine.Cut());
            _compaction.Restart();
            var bytes = await _persister.SaveSnapshotAsync(snapshot, cut, static async () => await Task.Yield());
            if (bytes is null || _stopped)
                return;
            ReplicaLog.SnapshotSaved(_logger, _raft.Id, snapshot, bytes.Value);
            if (snapshot.Index > _raft.Snapshot.Index)
                Enqueue(Input.SnapshotTaken(snapshot, _compaction.Through(snapshot.Index, _raft.Log)));
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            _savingSnapshot = false;
        }
    }

    private async Task RestoreAsync(SnapshotId snapshot)
    {
        _restoring = true;
        try
        {
            var restore = new ReplicaRestore(_machine.BeginRestore());
            await _persister.RestoreSnapshotAsync(snapshot, restore);
            if (_stopped)
                return;
            var configuration = _raft.ConfigurationAt(snapshot.Index);
            if (!configuration.Equals(restore.Configuration))
                throw new InvariantViolationException(
                    "configuration is a function of snapshot and log",
                    $"snapshot {snapshot} holds {restore.Configuration}, its sender said {configuration}");

            _restoring = false;
            _applied = snapshot.Index;
            _compaction.Restart();
            _observer?.Restored(snapshot);
            ReplicaLog.SnapshotRestored(_logger, _raft.Id, snapshot);
            _pending.Skipped(snapshot.Index);
            _pendingReads.Applied(_applied);
            ScheduleTurn();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private async Task ReadSnapshotAsync(SnapshotRead read)
    {
        try
        {
            var chunk = await _persister.ReadSnapshotAsync(read.Snapshot, read.Offset);
            if (!_stopped)
                Enqueue(Input.SnapshotRead(
                    read, new InstallSnapshot(chunk.Snapshot, chunk.Offset, chunk.TotalBytes, chunk.Data)));
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private async Task StoreSnapshotAsync(Message message)
    {
        _storing = true;
        try
        {
            var chunk = message.InstallSnapshot;
            var (nextOffset, complete) = await _persister.StoreChunkAsync(
                chunk.Snapshot, chunk.Offset, chunk.TotalBytes, chunk.Data);
            if (!_stopped && !_restoring)
                Enqueue(Input.SnapshotStored(message, nextOffset, complete));
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            _storing = false;
        }
    }
}
