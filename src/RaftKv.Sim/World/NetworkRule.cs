namespace RaftKv.Sim.World;

/// <summary>
/// Judges a Send before chance does: the way for a scenario to lose or delay exactly the messages that it means.
/// The first rule whose verdict is not <see cref="Verdict.Pass"/> decides.
/// </summary>
internal delegate Verdict NetworkRule(in Transmission transmission);

/// <summary>A Send on its way.</summary>
internal readonly ref struct Transmission(int from, int to, ReadOnlySpan<byte> frames)
{
    /// <summary>The sending host.</summary>
    public int From { get; } = from;

    /// <summary>The receiving host.</summary>
    public int To { get; } = to;

    /// <summary>What was sent.</summary>
    public ReadOnlySpan<byte> Frames { get; } = frames;
}

/// <summary>What becomes of a Send: it passes, is delivered after a given delay, or is dropped.</summary>
internal readonly record struct Verdict
{
    /// <summary>No opinion: the link decides.</summary>
    public static readonly Verdict Pass;

    /// <summary>Lost. In an ordered mode that is a hole in the stream, so everything after it is lost, too.</summary>
    public static readonly Verdict Drop = new() { IsDrop = true };

    public bool IsDrop { get; private init; }

    /// <summary>The delay instead of the link's; null to leave it to the link.</summary>
    public TimeSpan? Delay { get; private init; }

    public static Verdict DeliverAfter(TimeSpan delay) => new() { Delay = delay };
}
