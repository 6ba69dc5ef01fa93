namespace RaftKv.Sim.World;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): turns any seed into well-mixed words.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The finalizer: a bijection in which every input bit reaches every output bit.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);
}
