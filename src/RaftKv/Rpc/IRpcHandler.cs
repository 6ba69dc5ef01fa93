using RaftKv.Consensus;

namespace RaftKv.Rpc;

/// <summary>What a server does with what arrives. Called on the loop.</summary>
internal interface IRpcHandler : IClientHandler
{
    /// <summary>See <see cref="Configuration.Founding"/>; 0: not known yet.</summary>
    ulong Founding => 0;

    /// <summary>A message of another server to this one.</summary>
    /// <param name="message">The message.</param>
    /// <param name="senderAddress">Where the sender listens, as it says; may be empty.</param>
    void OnMessage(in Message message, string senderAddress);
}
