namespace RaftKv.Linearizability.Search;

/// <summary>How far a history is known to be linearizable: the least of its undecided parts.</summary>
internal sealed class ProvedPrefix
{
    /// <summary>The time before which all is well.</summary>
    public long Until { get; private set; } = long.MaxValue;

    /// <summary>Nothing is known.</summary>
    public void Nothing() => Until = long.MinValue;

    /// <summary>Of a part the events before one are explained.</summary>
    public void Add<TInput, TOutput>(Operation<TInput, TOutput>[] history, Part part, int explained)
    {
        if (part.Original is { } original)
            (part, explained) = (original, part.OriginalOf(explained));
        while (explained < part.Events.Length && part.Events[explained] >= 0)
            explained++;
        if (explained < part.Events.Length)
            Until = Math.Min(Until, history[part.Source[~part.Events[explained]]].Return);
    }
}
