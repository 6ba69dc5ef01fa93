using System.Numerics;

namespace RaftKv.Sim.World;

/// <summary>
/// xoshiro256** 1.0 (Blackman and Vigna, 2018). Our own copy, because the algorithm behind a seeded
/// <c>System.Random</c> may change between runtimes and a seed must mean the same schedule for ever.
/// </summary>
internal struct Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3)
{
    private ulong _s0 = s0;
    private ulong _s1 = s1;
    private ulong _s2 = s2;
    private ulong _s3 = s3;

    /// <summary>A generator whose state is filled from SplitMix64, as its authors advise.</summary>
    public static Xoshiro256 FromSeed(ulong seed)
    {
        var filler = new SplitMix64(seed);
        return new Xoshiro256(filler.Next(), filler.Next(), filler.Next(), filler.Next());
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }
}
