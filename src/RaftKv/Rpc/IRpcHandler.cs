using RaftKv.Consensus;
using RaftKv.KeyValue;

namespace RaftKv.Rpc;

/// <summary>What a server does with what arrives. Called on the loop.</summary>
internal interface IRpcHandler
{
    /// <summary>See <see cref="Configuration.Founding"/>; 0: not known yet.</summary>
    ulong Founding => 0;

    /// <summary>A client's command. It is answered at any time, once, through <paramref name="reply"/>.</summary>
    /// <param name="command">The command; its shape is right, its sizes are not checked.</param>
    /// <param name="reply">Where the answer goes.</param>
    void OnCommand(KvCommand command, RpcReply reply);

    /// <summary>An administrator's request, answered like a command.</summary>
    void OnAdministration(AdministrationRequest request, RpcReply reply) =>
        reply.Send(new KvReply(KvStatus.Rejected, "this server is not administered"));

    /// <summary>A message of another server to this one.</summary>
    /// <param name="message">The message.</param>
    /// <param name="senderAddress">Where the sender listens, as it says; may be empty.</param>
    void OnMessage(in Message message, string senderAddress);
}
