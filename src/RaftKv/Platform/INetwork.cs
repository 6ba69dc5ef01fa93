namespace RaftKv.Platform;

/// <summary>Connections between addresses. All callbacks run on the loop of the node that owns this network.</summary>
public interface INetwork
{
    /// <summary>Accepts connections at <paramref name="address"/> until the result is disposed.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    IDisposable Listen(string address, Action<IConnection> accept);

    /// <summary>Opens a connection.</summary>
    /// <returns>The connection, or why there is none: a failure is a result, not an exception.</returns>
    ValueTask<ConnectResult> ConnectAsync(string address, CancellationToken cancellationToken);
}

/// <summary>What an attempt to connect came to.</summary>
/// <param name="Connection">
/// The connection; <see langword="null"/> when the peer cannot be reached or the call was cancelled.
/// </param>
/// <param name="Problem">Then why, for a person to read.</param>
public readonly record struct ConnectResult(IConnection? Connection, string? Problem = null);

/// <summary>
/// A long-lived duplex connection that carries bytes. Bytes arrive in order and unharmed until it closes, in pieces
/// that need not match the sender's writes; the receiver must nevertheless survive a piece that is lost, repeated or
/// out of place, because the simulator's adversarial network does exactly that with whole writes.
/// </summary>
public interface IConnection : IDisposable
{
    /// <summary>The peer's address, for messages only.</summary>
    string RemoteAddress { get; }

    /// <summary>Starts receiving. Called once, right after accept or connect.</summary>
    void Start(IConnectionHandler handler);

    /// <summary>
    /// Queues one or more whole frames; the bytes are copied before the call returns.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> when the connection is closed or its send buffer is full: nothing was queued.
    /// </returns>
    bool Send(ReadOnlySpan<byte> frames);
}

/// <summary>Receives what a connection delivers, on the owner's loop.</summary>
public interface IConnectionHandler
{
    /// <summary>Bytes that arrived; valid during the call only.</summary>
    void Received(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// The connection is gone, for the stated reason. Called at most once, and not after Dispose by the owner.
    /// </summary>
    void Closed(string reason);
}
