namespace RaftKv.HistoryChecker.Generation;

/// <summary>The generator of Steele, Lea and Flood: the same numbers everywhere.</summary>
internal sealed class SplitMix(int seed)
{
    private ulong _state = (ulong)seed;

    public int Below(int exclusiveMax)
    {
        var value = _state += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return (int)((value ^ (value >> 31)) % (ulong)exclusiveMax);
    }
}
