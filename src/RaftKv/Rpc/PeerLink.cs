using Microsoft.Extensions.Logging;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>
/// One-way messages to another server. What cannot be sent is dropped, because Raft repeats itself; only what comes
/// while the connection is being made waits, within a bound. On the loop only.
/// </summary>
internal sealed class PeerLink : IRpcDialerOwner, IDisposable
{
    private readonly RpcDialer _dialer;
    private readonly FrameWriter _frames;
    private readonly ILogger _logger;
    private readonly NodeId _peer;
    private bool _toldTooLarge;

    /// <summary>Makes a link; it connects with the first message.</summary>
    /// <param name="platform">The loop, clock, network and chance to use.</param>
    /// <param name="self">This server.</param>
    /// <param name="peer">The other server.</param>
    /// <param name="address">Where the other server listens.</param>
    /// <param name="options">Limits and times.</param>
    public PeerLink(NodePlatform platform, RpcIdentity self, NodeId peer, string address, RpcOptions options)
    {
        _dialer = new RpcDialer(platform, self, address, peer, options, this);
        _frames = new FrameWriter(options.MaxBodyBytes);
        _logger = platform.Logging.CreateLogger<PeerLink>();
        _peer = peer;
    }

    /// <summary>Sends a message if the peer can be reached.</summary>
    /// <returns><see langword="false"/> when it was dropped.</returns>
    public bool Send(in Message message)
    {
        try
        {
            return _dialer.IsUsable && _dialer.Send(MessageCodec.Write(_frames, message));
        }
        catch (FrameTooLargeException tooLarge)
        {
            // It is sent again and again; to say so once is enough.
            if (!_toldTooLarge)
                RpcLog.TooLarge(_logger, message.Kind, _peer, tooLarge.Message);
            _toldTooLarge = true;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Received(in Frame frame)
    {
        if (frame.Kind != FrameKind.HelloReply)
            _dialer.Abandon($"a server sent a {frame.Kind} to its peer");
    }

    /// <inheritdoc/>
    public bool Wants(ulong correlation) => true;

    /// <inheritdoc/>
    public void Lost(in RpcResult failure)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _dialer.Dispose();
}
