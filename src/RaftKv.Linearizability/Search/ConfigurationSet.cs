namespace RaftKv.Linearizability.Search;

/// <summary>
/// The configurations already seen, by 128-bit hash. Two different ones collide with a probability below 2^-68 in a
/// search of a thousand million, less than that of a memory error, and 16 bytes each keep the set small.
/// </summary>
internal sealed class ConfigurationSet
{
    private const int BytesPerSlot = 16;
    private (ulong High, ulong Low)[] _slots = new (ulong, ulong)[64];
    private int _count;

    /// <summary>Adds a configuration; false when it was there.</summary>
    public bool Add(ulong high, ulong low)
    {
        if (low == 0)
            low = 1;
        var mask = _slots.Length - 1;
        var at = (int)high & mask;
        while (_slots[at].Low != 0)
        {
            if (_slots[at] == (high, low))
                return false;
            at = (at + 1) & mask;
        }

        _slots[at] = (high, low);
        _count++;
        return true;
    }

    /// <summary>The bytes held.</summary>
    public long Bytes => (long)_slots.Length * BytesPerSlot;

    /// <summary>The bytes that growing takes, before it gives the old ones back; 0 while there is room.</summary>
    public long GrowthBytes => 2 * _count < _slots.Length ? 0 : 2 * Bytes;

    /// <summary>Doubles the room.</summary>
    public void Grow()
    {
        var old = _slots;
        _slots = new (ulong, ulong)[old.Length * 2];
        _count = 0;
        foreach (var (high, low) in old)
        {
            if (low != 0)
                Add(high, low);
        }
    }

    /// <summary>A well-mixed 64-bit value (the finaliser of SplitMix64).</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
