using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

// What is written to storage, and what has to wait for it.
public sealed partial class Raft
{
    private static RaftLog Recover(RecoveredState recovered)
    {
        var snapshot = recovered.Snapshot;
        var entries = recovered.Entries;
        // Trailing entries: the first one gives the base with its term, since the term before it is not known.
        var skip = entries.Count > 0 && entries[0].Index <= snapshot.Index && entries[0].Index.Value > 1 ? 1 : 0;
        var start = skip == 1 ? new SnapshotId(entries[0].Index, entries[0].Term)
            : entries.Count > 0 && entries[0].Index.Value == 1 ? SnapshotId.None
            : snapshot;
        var log = new RaftLog(start, entries.Count - skip);
        for (var i = skip; i < entries.Count; i++)
            log.Append(entries[i]);

        if (!log.Contains(snapshot.Index, snapshot.Term))
        {
            throw new InvariantViolationException(
                "recovered state",
                $"entries {log.FirstIndex} to {log.LastIndex} do not connect to snapshot {snapshot}");
        }

        if (log.LastTerm > recovered.HardState.Term)
        {
            throw new InvariantViolationException(
                "recovered state", $"last entry has term {log.LastTerm}, hard state {recovered.HardState.Term}");
        }

        return log;
    }

    /// <summary>Hands to storage what changed: term and vote first, because the entries may be of that term.</summary>
    private void WriteChanges()
    {
        var hardState = new HardState(Term, VotedFor);
        if (hardState != _durability.WrittenHardState)
        {
            _effects.Writes.Add(
                new(_durability.Write(hardState), StorageWriteKind.HardState) { HardState = hardState });
        }

        while (_durability.WrittenIndex < Log.LastIndex)
        {
            var entries = Log.Slice(_durability.WrittenIndex.Next, Log.LastIndex);
            var token = _durability.Write(_durability.WrittenIndex + entries.Length);
            _effects.Writes.Add(new(token, StorageWriteKind.Append) { Entries = entries });
        }
    }

    /// <summary>The token that a promise about the present state must wait for; 0 if that state is durable.</summary>
    private long Gate()
    {
        WriteChanges();
        return _durability.Gate;
    }

    private void Truncate(LogIndex index)
    {
        CheckTruncation(index);
        Log.TruncateFrom(index);
        if (_configurations.TruncateFrom(index))
            OnConfigurationChanged();
        _durability.Supersede(index);
    }

    private void OnPersisted(long token)
    {
        _durability.Complete(token);
        if (Role == Role.Leader)
            AdvanceCommit();
        else if (Role == Role.Candidate && DurableHardState == new HardState(Term, Id))
            CountVote(Id, granted: true);
    }
}
