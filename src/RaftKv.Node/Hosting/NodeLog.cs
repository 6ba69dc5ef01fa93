using Microsoft.Extensions.Logging;
using RaftKv.Consensus;

namespace RaftKv.Node.Hosting;

/// <summary>Log messages of a node's process.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "{Node} of cluster {Cluster} serves at {Address}")]
    public static partial void Serving(ILogger logger, NodeId node, string cluster, string address);

    [LoggerMessage(2, LogLevel.Information, "stopped as asked")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(3, LogLevel.Critical, "stopped: {Reason}")]
    public static partial void StoppedBy(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Critical, "stopped because of a fault")]
    public static partial void Fault(ILogger logger, Exception fault);
}
