using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>
/// A replica with its links to the other members and, once it listens, the server that they and clients connect to:
/// what every kind of node is made of.
/// </summary>
internal sealed class ReplicaNode<TResult> : IDisposable
{
    private readonly NodePlatform _platform;
    private readonly RpcIdentity _self;
    private readonly RpcOptions _options;
    private RpcServer? _rpc;

    private ReplicaNode(
        NodePlatform platform, RpcIdentity self, RpcOptions options, PeerLinks links, Replica<TResult> replica)
    {
        (_platform, _self, _options) = (platform, self, options);
        (Links, Replica) = (links, replica);
    }

    public Replica<TResult> Replica { get; }

    public PeerLinks Links { get; }

    /// <summary>Recovers from the disk and starts to take part.</summary>
    /// <exception cref="IOException">The disk is unreadable, damaged or foreign.</exception>
    public static async Task<ReplicaNode<TResult>> RecoverAsync(
        RpcIdentity self, ReplicaOptions options, StorageOptions storage, RpcOptions rpc, NodePlatform platform,
        IStateMachine<TResult> machine, ReplicaObserver? observer)
    {
        var links = new PeerLinks(platform, self, rpc, options.Raft);
        try
        {
            Replica<TResult>? replica = null;
            replica = await Server.Replica.StartAsync(
                options, storage, new(self.ClusterId, self.Node), platform, machine,
                (in Message message) => links.Send(message, replica!.Raft.Configuration), observer);
            return new ReplicaNode<TResult>(platform, self, rpc, links, replica);
        }
        catch
        {
            links.Dispose();
            throw;
        }
    }

    /// <summary>Lets peers and clients connect; the handler answers the clients. If it cannot, the node ends.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public void Listen(IClientHandler clients)
    {
        try
        {
            _rpc = new RpcServer(_platform, _self, _self.Address, new Handler(this, clients), _options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and taking part; those who wait are told that the outcome is unknown.</summary>
    public void Dispose()
    {
        Replica.Dispose();
        _rpc?.Dispose();
        Links.Dispose();
    }

    private sealed class Handler(ReplicaNode<TResult> node, IClientHandler clients) : IRpcHandler
    {
        public ulong Founding => node.Replica.Raft.Configuration.Founding;

        public void OnCommand(KvCommand command, RpcReply reply) => clients.OnCommand(command, reply);

        public void OnAdministration(AdministrationRequest request, RpcReply reply) =>
            clients.OnAdministration(request, reply);

        public void OnMessage(in Message message, string senderAddress)
        {
            node.Links.Introduced(message.From, senderAddress);
            node.Replica.Receive(message);
        }
    }
}
