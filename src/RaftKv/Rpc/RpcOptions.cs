using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>Settings of connections between nodes and from clients.</summary>
public sealed record RpcOptions
{
    /// <summary>
    /// Largest message body in bytes. A larger one closes the connection before anything is allocated for it.
    /// </summary>
    public int MaxBodyBytes { get; init; } = Frame.DefaultMaxBodyBytes;

    /// <summary>
    /// How long a connection may take from the dial to the welcome; between servers an election time-out at most.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The pause after a first failure to connect; doubled with each further one.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause before connecting again. Each pause is drawn from its upper half.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes that may wait for a connection that is being made; a larger single message waits alone.</summary>
    public int MaxWaitingBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Requests that may be unanswered on one connection.</summary>
    public int MaxRequestsInFlight { get; init; } = 1024;

    /// <summary>
    /// Connections a server holds at once; 64 more are kept for other servers, so that clients cannot keep them out.
    /// </summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>The most payload that a message is certain to hold: the rest is for what surrounds it.</summary>
    internal int MaxPayloadBytes => MaxBodyBytes - (64 * 1024);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        if (MaxBodyBytes is < 1024 or > 1024 * 1024 * 1024)
            throw new ArgumentException($"MaxBodyBytes must be from 1 KiB to 1 GiB, but is {MaxBodyBytes}.");
        if (ConnectTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"ConnectTimeout must be positive, but is {ConnectTimeout}.");
        if (MinBackoff <= TimeSpan.Zero || MaxBackoff < MinBackoff || MaxBackoff > TimeSpan.FromMinutes(1))
            throw new ArgumentException(
                $"MinBackoff ({MinBackoff}) must be positive, MaxBackoff ({MaxBackoff}) no less and at most 1 min.");
        if (MaxWaitingBytes <= 0 || MaxRequestsInFlight <= 0 || MaxConnections <= 0)
            throw new ArgumentException("MaxWaitingBytes, MaxRequestsInFlight and MaxConnections must be positive.");
    }

    /// <summary>Checks that messages hold a payload.</summary>
    /// <exception cref="ArgumentException">They do not; the message names it.</exception>
    internal void RequireRoom(long payloadBytes, string payload)
    {
        if (payloadBytes > MaxPayloadBytes)
            throw new ArgumentException($"MaxBodyBytes ({MaxBodyBytes}) must hold {payload}: {payloadBytes} bytes.");
    }
}
