using Microsoft.Extensions.Logging;

namespace RaftKv.Platform;

/// <summary>All that a node or a client may ask of the world.</summary>
/// <param name="Loop">The loop on which everything runs.</param>
/// <param name="Time">
/// Monotonic time stamps, wall time and timers. A timer created while the loop is current calls back on the loop.
/// </param>
/// <param name="Network">Connections to peers and clients.</param>
/// <param name="Disk">The node's own directory.</param>
/// <param name="Entropy">Chance: election time-outs, client ids, back-off jitter.</param>
/// <param name="Logging">Where log messages go.</param>
public sealed record NodePlatform(
    NodeLoop Loop,
    TimeProvider Time,
    INetwork Network,
    IDisk Disk,
    IEntropy Entropy,
    ILoggerFactory Logging);
