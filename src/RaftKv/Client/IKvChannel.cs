using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>The way to one server. On the loop only.</summary>
internal interface IKvChannel : IDisposable
{
    /// <summary>Whether the server has welcomed the Clerk and the connection still stands.</summary>
    bool IsOpen { get; }

    /// <summary>
    /// Sends a command once and waits for the answer, <paramref name="timeout"/>, the connection's end or a cancel,
    /// whichever comes first. A failure is a result, not an exception.
    /// </summary>
    Task<RpcResult> CallAsync(KvCommand command, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Sends an administrator's request once; as for a command.</summary>
    Task<RpcResult> CallAsync(
        AdministrationRequest request, TimeSpan timeout, CancellationToken cancellationToken);
}
