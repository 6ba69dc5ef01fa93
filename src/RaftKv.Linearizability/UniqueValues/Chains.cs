namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// What the answers of a part say about the order of its operations when no value is written twice: chains of values
/// that must follow one another with nothing between them, each value with its writer and its reads.
/// </summary>
internal sealed class Chains
{
    /// <summary>No node, or no operation.</summary>
    public const int None = -1;

    /// <summary>The first value of every chain: the initial one, or one written whatever was there before.</summary>
    public required List<int> Starts { get; init; }

    /// <summary>Operations after which nobody saw the value: chains of their own.</summary>
    public required List<int> Unread { get; init; }

    /// <summary>
    /// Those that saw that the value was not a certain one, with the node of that; none: it never is.
    /// </summary>
    public required List<(int Operation, int Node)> ReadsOfOthers { get; init; }

    /// <summary>The operation that makes a value.</summary>
    public required int[] Writer { get; init; }

    /// <summary>The value that must follow at once.</summary>
    public required int[] Next { get; init; }

    /// <summary>The read of a value that was called last.</summary>
    public required int[] FirstRead { get; init; }

    /// <summary>The read of the same value that was called before, by operation.</summary>
    public required int[] NextRead { get; init; }
}
