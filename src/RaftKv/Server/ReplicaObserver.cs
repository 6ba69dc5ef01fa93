using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>
/// Watches a replica at work: for metrics, traces and the simulator's checks. Called on the node's loop, in the middle
/// of a turn; it must not call back.
/// </summary>
public abstract class ReplicaObserver
{
    /// <summary>A message leaves for a peer; the durable state that it promises must be durable by now.</summary>
    public virtual void Sending(in Message message)
    {
    }

    /// <summary>The state machine has applied an entry.</summary>
    public virtual void Applied(in LogEntry entry)
    {
    }

    /// <summary>A received snapshot has replaced the state machine's content.</summary>
    public virtual void Restored(SnapshotId snapshot)
    {
    }

    /// <summary>The loop has finished a turn; the core's state is consistent.</summary>
    public virtual void TurnEnded()
    {
    }
}
