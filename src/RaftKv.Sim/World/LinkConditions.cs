namespace RaftKv.Sim.World;

/// <summary>How well a link works. The defaults are those of a quiet local network.</summary>
public sealed record LinkConditions
{
    /// <summary>No message is faster.</summary>
    public TimeSpan LatencyLeast { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>Mean of what is added to each message, exponentially distributed.</summary>
    public TimeSpan JitterMean { get; init; } = TimeSpan.FromMicroseconds(300);

    /// <summary>How many messages are held up for longer, as by a retransmission.</summary>
    public Ratio Straggler { get; init; } = Ratio.Zero;

    /// <summary>Mean of what is added to a straggler.</summary>
    public TimeSpan StragglerDelayMean { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many sends break their connection a little later.</summary>
    public Ratio Break { get; init; } = Ratio.Zero;

    /// <summary>How many messages are lost. <see cref="DeliveryMode.Adversarial"/> only.</summary>
    public Ratio Drop { get; init; } = Ratio.Zero;

    /// <summary>How many messages arrive twice. <see cref="DeliveryMode.Adversarial"/> only.</summary>
    public Ratio Duplicate { get; init; } = Ratio.Zero;

    /// <summary>How many messages can be overtaken. <see cref="DeliveryMode.Adversarial"/> only.</summary>
    public Ratio Reorder { get; init; } = Ratio.Zero;

    /// <summary>Mean of what is added to a message that can be overtaken.</summary>
    public TimeSpan ReorderDelayMean { get; init; } = TimeSpan.FromMilliseconds(20);
}
