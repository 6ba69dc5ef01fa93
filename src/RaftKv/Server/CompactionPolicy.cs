using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>
/// When to take a snapshot, and how much of the log to keep behind it. Due at every multiple of a number of entries, so
/// that replicas take the same snapshots and one can go on with a transfer that another began; and sooner when the
/// commands since the last one are large.
/// </summary>
internal sealed class CompactionPolicy(ReplicaOptions options)
{
    private long _bytes;

    /// <summary>Counts anew from a snapshot.</summary>
    public void Restart() => _bytes = 0;

    /// <summary>An entry has been applied.</summary>
    /// <returns>Whether a snapshot is due.</returns>
    public bool Applied(in LogEntry entry)
    {
        _bytes += entry.Data.Length;
        return entry.Index.Value % options.SnapshotEveryEntries == 0 || _bytes >= options.SnapshotEveryBytes;
    }

    /// <summary>The last entry to drop: what follows is kept for followers that lag a little.</summary>
    public LogIndex Through(LogIndex snapshot, RaftLog log)
    {
        var through = snapshot;
        var bytes = 0L;
        while (through > log.BaseIndex && snapshot - through < options.TrailingEntries)
        {
            bytes += log[through].Data.Length;
            if (bytes > options.TrailingBytes)
                break;
            through = through.Previous;
        }

        return through;
    }
}
