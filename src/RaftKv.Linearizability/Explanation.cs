namespace RaftKv.Linearizability;

/// <summary>Why a history is illegal.</summary>
public sealed record Explanation
{
    /// <summary>
    /// A few operations, as indexes into the history in the order of their calls, that cannot all be as recorded even
    /// if every other read never was and every other write took effect at any one time at all, or never. Without one
    /// of them they could, if the core <see cref="IsMinimal"/>.
    /// </summary>
    public required IReadOnlyList<int> Core { get; init; }

    /// <summary>
    /// Null, or the time of the core's first call, when the core holds within its own time only: whatever the state was
    /// then, if every other read never was and every other write of that time took effect at any one moment of it, or
    /// never.
    /// </summary>
    public long? From { get; init; }

    /// <summary>
    /// Whether the core is known to need every one of its operations. False when that took more than it may.
    /// </summary>
    public bool IsMinimal { get; init; } = true;

    /// <summary>The same in words.</summary>
    public required string Sentence { get; init; }
}
