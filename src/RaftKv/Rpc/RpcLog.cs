using Microsoft.Extensions.Logging;
using RaftKv.Consensus;

namespace RaftKv.Rpc;

/// <summary>What connections log.</summary>
internal static partial class RpcLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected to {Address}")]
    public static partial void Connected(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No connection to {Address}: {Reason}")]
    public static partial void ConnectionFailed(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused {Address}: {Reason}")]
    public static partial void Refused(ILogger logger, string address, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Refused {Address}: {Reason}; and {Others} others since the last warning")]
    public static partial void RefusedAgain(ILogger logger, string address, string reason, long others);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Closed the connection from {Address}: {Reason}")]
    public static partial void ClosedOnError(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection from {Address} is gone: {Reason}")]
    public static partial void Gone(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "No message holds the {Kind} for {Peer}: {Reason}")]
    public static partial void TooLarge(ILogger logger, MessageKind kind, NodeId peer, string reason);
}
