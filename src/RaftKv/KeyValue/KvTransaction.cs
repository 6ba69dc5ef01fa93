namespace RaftKv.KeyValue;

/// <summary>A condition on one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Expected">Its value; <see langword="null"/>: it is absent.</param>
public sealed record KvCompare(string Key, ReadOnlyMemory<byte>? Expected);

/// <summary>
/// If all compares hold, the operations of one list take effect, else those of the other; all at once or, when one of
/// them breaks a limit, none. Each sees what those before it did.
/// </summary>
/// <param name="Compares">What must hold; none: it holds.</param>
/// <param name="Then">Gets, Puts, Appends and Deletes to run if it does.</param>
/// <param name="Else">Those to run if it does not.</param>
public sealed record KvTransaction(
    IReadOnlyList<KvCompare> Compares, IReadOnlyList<KvRequest> Then, IReadOnlyList<KvRequest> Else)
{
    /// <summary>Whether it cannot change the store, whichever way it goes.</summary>
    public bool IsReadOnly => ReadsOnly(Then) && ReadsOnly(Else);

    /// <summary>Compares and operations of both lists.</summary>
    public int Count => Compares.Count + Then.Count + Else.Count;

    /// <inheritdoc/>
    public override string ToString() =>
        $"Transaction if ({string.Join(", ", Compares.Select(compare => KvRequest.Quoted(compare.Key)))}) "
        + $"then ({string.Join(", ", Then)}) else ({string.Join(", ", Else)})";

    private static bool ReadsOnly(IReadOnlyList<KvRequest> operations)
    {
        foreach (var operation in operations)
            if (!operation.IsReadOnly) return false;
        return true;
    }
}
