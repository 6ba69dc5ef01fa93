using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Rpc;

/// <summary>What a server does with what clients and administrators send. Called on the loop.</summary>
internal interface IClientHandler
{
    /// <summary>A client's command. It is answered at any time, once, through <paramref name="reply"/>.</summary>
    /// <param name="command">The command; its shape is right, its sizes are not checked.</param>
    /// <param name="reply">Where the answer goes.</param>
    void OnCommand(KvCommand command, RpcReply reply);

    /// <summary>An administrator's request, answered like a command.</summary>
    void OnAdministration(AdministrationRequest request, RpcReply reply) =>
        reply.Send(new KvReply(KvStatus.Rejected, "this server is not administered"));
}
