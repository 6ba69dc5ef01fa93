namespace RaftKv.Linearizability.Models;

/// <summary>Strings, and what appends may make them of.</summary>
internal sealed class ObservedStrings
{
    private readonly string[] _sorted;

    public ObservedStrings(IEnumerable<string?> values)
    {
        _sorted = [.. values.Where(value => value is not null).Distinct().Cast<string>()];
        Array.Sort(_sorted, StringComparer.Ordinal);
    }

    /// <summary>Whether one of them begins with a value.</summary>
    public bool AnyBeginsWith(string value)
    {
        var at = Array.BinarySearch(_sorted, value, StringComparer.Ordinal);
        return at >= 0 || (~at < _sorted.Length && _sorted[~at].StartsWith(value, StringComparison.Ordinal));
    }
}
