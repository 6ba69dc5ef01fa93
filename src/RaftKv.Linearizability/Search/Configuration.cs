namespace RaftKv.Linearizability.Search;

/// <summary>
/// What a <see cref="Sweep"/> may have come to: a state, and for every open operation whether it is pending (it has yet
/// to take effect), done, or neither: optional. An optional operation may take effect or count as done, as it likes.
/// </summary>
internal sealed class Configuration(int state, ulong[] bits) : IEquatable<Configuration>
{
    public const int None = -1;

    /// <summary>The pending operations in the first half, the done ones in the second; a bit a slot.</summary>
    private readonly ulong[] _bits = bits;

    public int State { get; } = state;

    /// <summary>The state before the last operation, when what comes next must show that it took effect.</summary>
    public int Unproved { get; private init; } = None;

    /// <summary>Whether that last operation was optional.</summary>
    public bool UnprovedIsOptional { get; private init; }

    /// <summary>Whether that last operation is possible in every state.</summary>
    public bool UnprovedIsTotal { get; private init; }

    public int Words => _bits.Length / 2;

    public long Bytes => 80 + (16 * Words);

    public bool IsPending(int slot) => (_bits[slot >> 6] & (1UL << slot)) != 0;

    public bool IsDone(int slot) => (_bits[Words + (slot >> 6)] & (1UL << slot)) != 0;

    public void SetPending(int slot) => _bits[slot >> 6] |= 1UL << slot;

    public void SetOptional(int slot)
    {
        _bits[slot >> 6] &= ~(1UL << slot);
        _bits[Words + (slot >> 6)] &= ~(1UL << slot);
    }

    /// <summary>The configuration after the operation of a slot has led to a state.</summary>
    public Configuration After(int slot, int next, bool isTotal)
    {
        var bits = (ulong[])_bits.Clone();
        var done = new Configuration(next, bits)
        {
            Unproved = State,
            UnprovedIsOptional = !IsPending(slot),
            UnprovedIsTotal = isTotal,
        };
        done.SetOptional(slot);
        bits[Words + (slot >> 6)] |= 1UL << slot;
        return done;
    }

    /// <summary>The same, with the last operation shown to have taken effect.</summary>
    public Configuration Proved() => new(State, _bits);

    /// <summary>The same once the operation of a slot has returned; shown or not, what took effect stays.</summary>
    public Configuration Without(int slot)
    {
        var without = new Configuration(State, (ulong[])_bits.Clone());
        without.SetOptional(slot);
        return without;
    }

    /// <summary>The same with room for more slots.</summary>
    public Configuration Widened(int words)
    {
        var bits = new ulong[2 * words];
        _bits.AsSpan(0, Words).CopyTo(bits);
        _bits.AsSpan(Words).CopyTo(bits.AsSpan(words));
        return new Configuration(State, bits);
    }

    /// <summary>
    /// Whether all that can follow <paramref name="other"/>, of the same state, can follow this: where they differ,
    /// this one leaves the operation optional.
    /// </summary>
    public bool Dominates(Configuration other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            if ((_bits[i] & ~other._bits[i]) != 0)
                return false;
        }

        return true;
    }

    public bool Equals(Configuration? other) => other is not null
        && (State, Unproved) == (other.State, other.Unproved)
        && (UnprovedIsOptional, UnprovedIsTotal) == (other.UnprovedIsOptional, other.UnprovedIsTotal)
        && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as Configuration);

    public override int GetHashCode()
    {
        var hash = ConfigurationSet.Mix(((ulong)(uint)State << 32) | (uint)Unproved);
        foreach (var word in _bits)
            hash = ConfigurationSet.Mix(hash ^ word);
        return (int)hash;
    }
}
