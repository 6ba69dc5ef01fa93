using RaftKv.Consensus;
using RaftKv.Sim.Checks;

namespace RaftKv.Scenarios.Scripts;

/// <summary>What the nodes of a script share.</summary>
internal sealed class ScriptWorld
{
    /// <summary>The highest id of a node, in all configurations.</summary>
    public const int MaxNodes = 9;

    public Transcript Transcript { get; } = new();

    /// <summary>Messages that were sent and have not arrived, in the order in which they were sent.</summary>
    public List<Message> InFlight { get; } = [];

    /// <summary>The always-on properties of a cluster hold in every script.</summary>
    public ClusterChecks Checks { get; } = new(MaxNodes);

    /// <summary>What the state machine had become where a snapshot was taken.</summary>
    public Dictionary<SnapshotId, ulong> SnapshotStates { get; } = new() { [SnapshotId.None] = 0 };
}
