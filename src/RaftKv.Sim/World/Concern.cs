namespace RaftKv.Sim.World;

/// <summary>
/// What a stream of decisions is about. Concerns draw from independent generators, so that a change in one (a fault
/// removed, a feature added) does not reshuffle the others.
/// </summary>
internal enum Concern
{
    /// <summary>What the seed draws before the start: cluster size, fault mix, limits.</summary>
    Configuration,

    /// <summary>Which operations the clerks ask for, and when.</summary>
    Workload,

    /// <summary>Delays, losses, duplicates. One lane for each directed link.</summary>
    Network,

    /// <summary>Latencies and damage. One lane for each node.</summary>
    Disk,

    /// <summary>Origins, rates and jumps of the nodes' clocks. One lane for each node.</summary>
    Clock,

    /// <summary>When nodes crash, pause and restart.</summary>
    Crash,

    /// <summary>When and how the network is partitioned, clogged and healed.</summary>
    Partition,

    /// <summary>What nodes draw themselves: election time-outs, client identities. One lane for each node.</summary>
    Entropy,

    /// <summary>Which changes of membership are asked for, and when.</summary>
    Membership,
}
