namespace RaftKv.Linearizability.Search;

/// <summary>Where a check found that a history is illegal: a place to begin to explain it, no proof.</summary>
internal sealed class Refutation
{
    private Part? _part;

    /// <summary>The part that is illegal, once one was found.</summary>
    public Part Part => _part ?? throw new InvalidOperationException("Nothing was refuted.");

    /// <summary>Operations of the part that contradict each other.</summary>
    public IReadOnlyCollection<int> Evidence { get; private set; } = [];

    /// <summary>Whether the evidence is of values that were written once.</summary>
    public bool IsOfUniqueValues { get; private set; }

    /// <summary>A stale read, and what shows that it is one.</summary>
    public StaleRead? Stale { get; private set; }

    /// <summary>The event, a return, that no order explained, or the last of the evidence.</summary>
    public int? At { get; private set; }

    /// <summary>The values of a part contradict each other.</summary>
    public void Refute(
        Part part, IReadOnlyCollection<int> evidence, StaleRead? stale = null, bool isOfUniqueValues = false)
    {
        (_part, Evidence, IsOfUniqueValues) = (part, evidence, isOfUniqueValues);
        if (part.Original is null)
            Stale = stale;
        else
            (_part, Evidence) = (part.Original, [.. evidence.Select(part.OriginalOperation)]);
        foreach (var operation in Evidence.Where(operation => !Part.IsUnknown(operation)))
            At = Math.Max(At ?? 0, Part.ReturnAt[operation]);
    }

    /// <summary>A search got no further than an event.</summary>
    public void Refute(Part part, int at)
    {
        while (at < part.Events.Length && part.Events[at] >= 0)
            at++;
        _part = part.Original ?? part;
        if (at < part.Events.Length)
            At = part.Original is null ? at : part.OriginalOf(at);
    }
}

/// <summary>A read of a value that nobody can have written since another was there.</summary>
/// <param name="Read">What read it.</param>
/// <param name="Shows">What found or left the other value, after all that wrote the first; -1: nothing.</param>
internal readonly record struct StaleRead(int Read, int Shows);
