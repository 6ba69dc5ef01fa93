namespace RaftKv.Consensus;

/// <summary>
/// Payload bytes of the leader's entries that are not yet both committed and durable here. They pile up in memory when
/// a majority is slow, and also when the majority is fast and the leader's own disk hangs.
/// </summary>
internal sealed class Backlog
{
    private LogIndex _settled;

    /// <summary>How many bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts anew: a leader begins with whatever its log holds behind <paramref name="settled"/>.</summary>
    public void Restart(RaftLog log, LogIndex settled)
    {
        (_settled, Bytes) = (LogIndex.Max(settled, log.BaseIndex), 0);
        for (var index = _settled.Next; index <= log.LastIndex; index = index.Next)
            Bytes += log[index].Data.Length;
    }

    /// <summary>An entry has been appended.</summary>
    public void Add(int bytes) => Bytes += bytes;

    /// <summary>The entries up to <paramref name="index"/> no longer count.</summary>
    public void Settle(RaftLog log, LogIndex index)
    {
        while (_settled < index)
        {
            _settled = _settled.Next;
            Bytes -= log[_settled].Data.Length;
        }
    }
}
