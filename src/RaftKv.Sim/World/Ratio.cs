namespace RaftKv.Sim.World;

/// <summary>A probability as a ratio of integers: exact, and the same on every machine.</summary>
internal readonly record struct Ratio
{
    /// <summary>Never.</summary>
    public static readonly Ratio Zero = new(0, 1);

    /// <summary>Always.</summary>
    public static readonly Ratio One = new(1, 1);

    public Ratio(int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        ArgumentOutOfRangeException.ThrowIfNegative(numerator);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numerator, denominator);
        Numerator = numerator;
        Denominator = denominator;
    }

    public int Numerator { get; }

    public int Denominator { get; }

    public override string ToString() => $"{Numerator}/{Denominator}";
}
