using Microsoft.Extensions.Logging;
using RaftKv.Consensus;

namespace RaftKv.Server;

/// <summary>Log messages of a replica.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(1, LogLevel.Critical, "{Node} stops: {Reason}")]
    public static partial void Failed(ILogger logger, NodeId node, string reason, Exception? fault);

    [LoggerMessage(2, LogLevel.Information, "{Node} is {Role} in term {Term}; leader {Leader}")]
    public static partial void RoleChanged(ILogger logger, NodeId node, Role role, Term term, NodeId leader);

    [LoggerMessage(5, LogLevel.Warning,
        "{Node} is removed from the cluster by entry {Index}, as soon as that is committed: stop it once "
        + "`client members` lists it no more; to come back it needs a new id")]
    public static partial void Removed(ILogger logger, NodeId node, LogIndex index);

    [LoggerMessage(3, LogLevel.Information, "{Node} has saved snapshot {Snapshot} of {Bytes} bytes")]
    public static partial void SnapshotSaved(ILogger logger, NodeId node, SnapshotId snapshot, long bytes);

    [LoggerMessage(4, LogLevel.Information, "{Node} has restored snapshot {Snapshot} from the leader")]
    public static partial void SnapshotRestored(ILogger logger, NodeId node, SnapshotId snapshot);
}
