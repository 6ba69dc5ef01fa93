using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;

namespace RaftKv.Client;

/// <summary>The way to a server over the network.</summary>
internal sealed class RpcKvChannel(NodePlatform platform, string address, ClerkOptions options) : IKvChannel
{
    private readonly RpcChannel _channel = new(
        platform, new RpcIdentity(options.ClusterId, NodeId.None), address, NodeId.None, options.Rpc);

    public bool IsOpen => _channel.IsOpen;

    public Task<RpcResult> CallAsync(KvCommand command, TimeSpan timeout, CancellationToken cancellationToken) =>
        _channel.CallAsync(command, timeout, cancellationToken);

    public Task<RpcResult> CallAsync(
        AdministrationRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        _channel.CallAsync(request, timeout, cancellationToken);

    public void Dispose() => _channel.Dispose();
}
