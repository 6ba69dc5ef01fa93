namespace RaftKv.Platform;

/// <summary>The only source of chance. Seeded and recorded in the simulator, cryptographic in a real node.</summary>
public interface IEntropy
{
    /// <summary>
    /// A uniform integer in [0, <paramref name="exclusiveMax"/>); <paramref name="exclusiveMax"/> is at least 1.
    /// </summary>
    int Below(int exclusiveMax);

    /// <summary>64 uniform bits.</summary>
    ulong NextUInt64();
}
