namespace RaftKv.Sim.World;

/// <summary>A probability as a ratio of integers: exact, and the same on every machine.</summary>
public readonly record struct Ratio
{
    /// <summary>Never.</summary>
    public static readonly Ratio Zero = new(0, 1);

    /// <summary>Always.</summary>
    public static readonly Ratio One = new(1, 1);

    /// <summary>So many times of so many.</summary>
    /// <param name="numerator">At least 0, at most <paramref name="denominator"/>.</param>
    /// <param name="denominator">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no probability.</exception>
    public Ratio(int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        ArgumentOutOfRangeException.ThrowIfNegative(numerator);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numerator, denominator);
        Numerator = numerator;
        Denominator = denominator;
    }

    /// <summary>So many times.</summary>
    public int Numerator { get; }

    /// <summary>Of so many.</summary>
    public int Denominator { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Numerator}/{Denominator}";
}
