using RaftKv.KeyValue;

namespace RaftKv.Rpc;

/// <summary>Where the answer to one request goes. If the connection is gone by then, the answer is dropped.</summary>
internal sealed class RpcReply
{
    private readonly ulong _correlation;
    private readonly bool _isRead;
    private RpcServerConnection? _connection;

    internal RpcReply(RpcServerConnection connection, ulong correlation, bool isRead = false) =>
        (_connection, _correlation, _isRead) = (connection, correlation, isRead);

    /// <summary>Answers. A second answer is not sent.</summary>
    public void Send(KvReply reply)
    {
        var connection = _connection;
        _connection = null;
        connection?.Answer(_correlation, reply, _isRead);
    }
}
