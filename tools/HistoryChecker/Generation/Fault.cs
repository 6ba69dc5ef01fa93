namespace RaftKv.HistoryChecker.Generation;

/// <summary>
/// What a generated store gets wrong, once; see <see cref="FaultyHistory"/> for those that not every place shows.
/// </summary>
internal enum Fault
{
    /// <summary>Nothing: the history is linearizable.</summary>
    None,

    /// <summary>A late get answers a value that had certainly been overwritten before its call.</summary>
    Stale,

    /// <summary>The same near the beginning.</summary>
    EarlyStale,

    /// <summary>A get answers a value that is put only after its return.</summary>
    Future,

    /// <summary>A late get answers a value that was written at some time or other.</summary>
    Wrong,

    /// <summary>A write is acknowledged but has no effect.</summary>
    Lost,

    /// <summary>For a while half of the clients work on a copy that is then thrown away.</summary>
    Split,

    /// <summary>A compare-and-set, or an acquire, succeeds where it should not.</summary>
    Swap,

    /// <summary>An append takes effect twice.</summary>
    Twice,
}
