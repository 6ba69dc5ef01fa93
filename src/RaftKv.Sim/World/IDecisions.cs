namespace RaftKv.Sim.World;

/// <summary>
/// One stream of nondeterministic choices. Every choice of the simulator is made here and nowhere else, so a schedule
/// is a list of small numbers that can be recorded, replayed, edited and shrunk.
/// </summary>
/// <remarks>
/// By convention 0 is the quietest outcome (no fault, the shortest delay): zeros simplify a schedule.
/// </remarks>
public interface IDecisions
{
    /// <summary>A choice in [0, <paramref name="exclusiveMax"/>).</summary>
    /// <param name="site">What is chosen, e.g. "drop": recorded, but without effect on the outcome.</param>
    /// <param name="exclusiveMax">At least 1.</param>
    int Choose(string site, int exclusiveMax);

    /// <summary>64 uniform bits.</summary>
    ulong Bits(string site);

    /// <summary>True with the given probability. A certain outcome is not a choice and is not recorded.</summary>
    bool Chance(string site, Ratio probability)
    {
        if (probability.Numerator == 0) return false;
        if (probability.Numerator == probability.Denominator) return true;
        return Choose(site, probability.Denominator) >= probability.Denominator - probability.Numerator;
    }

    /// <summary>A uniform duration from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    TimeSpan Between(string site, TimeSpan least, TimeSpan most)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(least, most);
        var widthTicks = most.Ticks - least.Ticks;
        if (widthTicks == 0) return least;
        var steps = (int)Math.Min(widthTicks, int.MaxValue - 1) + 1;
        var step = Choose(site, steps);
        return widthTicks == steps - 1
            ? new TimeSpan(least.Ticks + step)
            : new TimeSpan(least.Ticks + (long)((Int128)widthTicks * step / (steps - 1)));
    }

    /// <summary>
    /// A duration whose distribution is close to exponential: most are shorter than the mean, a few many times longer
    /// (at most 44 times). The mean is at most an hour. Integer arithmetic only: <c>Math.Log</c> differs by platform.
    /// </summary>
    /// <remarks>
    /// −log₂ of a uniform u in (0, 1] is its number of leading zero bits plus a remainder, which is replaced by the
    /// straight line through its end points. That makes the mean 3/2 instead of 1/ln 2; hence the factor 2/3.
    /// </remarks>
    TimeSpan Exponential(string site, TimeSpan mean)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mean, TimeSpan.FromHours(1));
        if (mean == TimeSpan.Zero) return mean;
        var uniform = ~Bits(site);
        var leadingZeros = (int)ulong.LeadingZeroCount(uniform);
        var fraction = leadingZeros >= 63 ? 0 : (long)((uniform << (leadingZeros + 1)) >> 44);
        var logarithm = ((leadingZeros + 1L) << 20) - fraction;
        return new TimeSpan((mean.Ticks * 2 * logarithm / 3) >> 20);
    }
}
