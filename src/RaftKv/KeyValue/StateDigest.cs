namespace RaftKv.KeyValue;

/// <summary>
/// The arithmetic of <see cref="KvStateMachine.StateHash"/>: the sum of one well-mixed number for each part of the
/// state. A sum does not depend on order, and one part changes in O(1). It tells replicas apart; it does not resist an
/// attacker.
/// </summary>
internal static class StateDigest
{
    /// <summary>Combines two numbers in order; the finalizer of SplitMix64 (Steele et al. 2014).</summary>
    public static ulong Mix(ulong left, ulong right)
    {
        var z = (left * 0x9E3779B97F4A7C15) + right + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
