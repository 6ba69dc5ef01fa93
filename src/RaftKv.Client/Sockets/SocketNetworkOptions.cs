namespace RaftKv.Client.Sockets;

/// <summary>Settings of the socket network.</summary>
internal sealed record SocketNetworkOptions
{
    /// <summary>Most bytes that wait to be sent on one connection; beyond it, Send refuses.</summary>
    public int MaxUnsentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes taken from a socket at once; one buffer of this size per connection.</summary>
    public int ReceiveBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Connections waiting to be accepted.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>
    /// A peer that acknowledges nothing for this long is dead: the connection closes (TCP_USER_TIMEOUT where there is
    /// one, and keep-alive probes while nothing is sent).
    /// </summary>
    public TimeSpan DeadPeerTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
