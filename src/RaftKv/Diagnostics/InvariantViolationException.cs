namespace RaftKv.Diagnostics;

/// <summary>
/// A property that consensus rests on does not hold. The node that finds this stops: going on could lose or fork data.
/// </summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="invariant">The property's name in the Raft paper's terms, e.g. "log matching".</param>
    /// <param name="details">The numbers that contradict it.</param>
    public InvariantViolationException(string invariant, string details)
        : base($"{invariant}: {details}") => Invariant = invariant;

    /// <summary>The name of the violated property.</summary>
    public string Invariant { get; }
}
