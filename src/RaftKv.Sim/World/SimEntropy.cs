using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>A node's chance, drawn from its own stream of decisions.</summary>
internal sealed class SimEntropy(IDecisions decisions) : IEntropy
{
    public int Below(int exclusiveMax) => decisions.Choose("below", exclusiveMax);

    public ulong NextUInt64() => decisions.Bits("bits");
}
