using RaftKv.Sim.World;

namespace RaftKv.Scenarios.Labs;

/// <summary>What the servers of a <see cref="LedgerLab"/> are made of.</summary>
internal sealed record LedgerOptions
{
    /// <summary>Applied entries between snapshots; half as many stay behind one. 0: no snapshots.</summary>
    public int SnapshotEvery { get; init; }

    /// <summary>Most bytes of commands in one message; with 1, each entry travels alone.</summary>
    public int MaxAppendBytes { get; init; } = 512 * 1024;

    /// <summary>How many times faster than usual servers elect and send heartbeats.</summary>
    public int Haste { get; init; } = 1;

    /// <summary>The quiet network.</summary>
    public LinkConditions Links { get; init; } = new();
}
