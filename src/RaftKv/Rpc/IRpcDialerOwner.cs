using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>What a <see cref="RpcDialer"/> tells.</summary>
internal interface IRpcDialerOwner
{
    /// <summary>A frame arrived on a connection that has been welcomed.</summary>
    void Received(in Frame frame);

    /// <summary>
    /// Whether a frame that waited for the welcome is still to be sent: not that of a call that has ended, and was told
    /// that it was not sent.
    /// </summary>
    bool Wants(ulong correlation);

    /// <summary>
    /// The connection is gone or was never made. What was given to Send has not been sent, unless the outcome is
    /// <see cref="RpcOutcome.ConnectionLost"/>.
    /// </summary>
    void Lost(in RpcResult failure);
}
