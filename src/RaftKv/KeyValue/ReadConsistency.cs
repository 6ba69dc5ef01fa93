namespace RaftKv.KeyValue;

/// <summary>What the answer to a read promises. All but <see cref="Stale"/> are linearizable.</summary>
public enum ReadConsistency : byte
{
    /// <summary>The read takes a place in the log like a write: a flush on a majority. The leader answers.</summary>
    Log = 0,

    /// <summary>
    /// A leader confirms with one round of heartbeats, shared by all waiting reads, that it leads; then the asked
    /// server answers once it has applied what was committed (dissertation §6.4). Nothing is written.
    /// </summary>
    ReadIndex,

    /// <summary>
    /// Without a round while the leader's lease holds, which relies on the bound on clock drift (§6.4.1). Like
    /// <see cref="ReadIndex"/> where leases are switched off or not held.
    /// </summary>
    Lease,

    /// <summary>
    /// At once, from what the asked server has applied: a state that was, maybe long ago. The reply is marked.
    /// </summary>
    Stale,
}
