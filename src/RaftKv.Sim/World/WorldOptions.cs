using Microsoft.Extensions.Logging;

namespace RaftKv.Sim.World;

/// <summary>What a world is made of, besides its decisions.</summary>
public sealed record WorldOptions
{
    /// <summary>Its network.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Whether to keep trace lines.</summary>
    public bool RecordsTrace { get; init; }

    /// <summary>Watches the thread that runs the world; null to rely on the checks of every callback alone.</summary>
    public EscapeDetector? EscapeDetector { get; init; }

    /// <summary>Where the nodes' log messages go; null: into the trace.</summary>
    public ILoggerFactory? Logging { get; init; }
}
