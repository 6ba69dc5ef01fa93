using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;
using RaftKv.Server;
using RaftKv.Storage;

namespace RaftKv.Scenarios.Labs;

/// <summary>A server that replicates a <see cref="Ledger"/>: a real node without its key-value layer.</summary>
internal sealed class LedgerServer : IRpcHandler
{
    private const string Cluster = "ledger";

    private LedgerServer(Replica<long> replica, Ledger ledger) => (Replica, Ledger) = (replica, ledger);

    public Replica<long> Replica { get; }

    public Ledger Ledger { get; }

    public static async Task<LedgerServer> StartAsync(
        ReplicaOptions options, StorageOptions storage, IReadOnlyList<Member> members, NodePlatform platform,
        Func<Ledger, ReplicaObserver> observe)
    {
        var id = options.Raft.Id;
        var self = new RpcIdentity(Cluster, id);
        var links = members.ToDictionary(
            member => member.Id,
            member => new PeerLink(platform, self, member.Id, member.Address, new RpcOptions()));
        var ledger = new Ledger();
        var replica = await Server.Replica.StartAsync(
            options, storage, new(Cluster, id), platform, ledger, (in Message message) =>
                links[message.To].Send(message), observe(ledger));
        var server = new LedgerServer(replica, ledger);
        var address = members.First(member => member.Id == id).Address;
        _ = new RpcServer(platform, self, address, server, new RpcOptions());
        return server;
    }

    public void OnCommand(KvCommand command, RpcReply reply) =>
        reply.Send(new KvReply(KvStatus.Rejected, "this server keeps a ledger"));

    public void OnMessage(in Message message, string senderAddress) => Replica.Receive(message);
}
