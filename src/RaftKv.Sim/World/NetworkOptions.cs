namespace RaftKv.Sim.World;

/// <summary>The network of one seed.</summary>
public sealed record NetworkOptions
{
    /// <summary>What it does to the bytes of connections.</summary>
    public DeliveryMode Mode { get; init; } = DeliveryMode.Ordered;

    /// <summary>What every link starts with.</summary>
    public LinkConditions Conditions { get; init; } = new();

    /// <summary>After this an attempt to connect to a silent peer fails.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Least time after which a sender gives up a connection that loses its bytes.</summary>
    public TimeSpan SilenceLeast { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most time after which it does.</summary>
    public TimeSpan SilenceMost { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes in flight in one direction of a connection, beyond which Send refuses.</summary>
    public int SendBufferBytes { get; init; } = 4 * 1024 * 1024;
}
