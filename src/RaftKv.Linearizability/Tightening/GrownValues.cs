namespace RaftKv.Linearizability.Tightening;

/// <summary>Takes strings apart into one that was written as a whole and what was appended to it.</summary>
internal sealed class GrownValues
{
    private readonly HashSet<string> _written = [];
    private readonly Dictionary<string, int> _appended = [];
    private readonly SortedSet<int> _writtenLengths = [];
    private readonly SortedSet<int> _appendedLengths = [];

    // For each prefix of a value, how many ways lead to it (2: more than one) and the access that ends it.
    private (int Ways, int Length, int Access)[] _prefixes = [];
    private bool _mayBeAbsent;

    public void Write(string? value)
    {
        if (value is null)
            _mayBeAbsent = true;
        else if (_written.Add(value))
            _writtenLengths.Add(value.Length);
    }

    /// <summary>Adds an access that appends; false when another appends the same.</summary>
    public bool TryAppend(string? value, int access)
    {
        if (string.IsNullOrEmpty(value) || !_appended.TryAdd(value, access))
            return false;
        _appendedLengths.Add(value.Length);
        return true;
    }

    /// <summary>In how many ways a value can have come about (2: more than one), and which if there is one only.
    /// </summary>
    public (int Ways, string? Base, List<int> Appends) TakeApart(string value)
    {
        if (_prefixes.Length <= value.Length)
            _prefixes = new (int, int, int)[2 * (value.Length + 1)];
        var prefixes = _prefixes.AsSpan(0, value.Length + 1);
        prefixes.Clear();
        var written = _written.GetAlternateLookup<ReadOnlySpan<char>>();
        var appended = _appended.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in _writtenLengths)
        {
            if (length <= value.Length && written.Contains(value.AsSpan(0, length)))
                prefixes[length].Ways = 1;
        }

        // Nothing is no empty string, but grows like one.
        if (_mayBeAbsent && value.Length > 0)
            prefixes[0].Ways++;
        for (var start = 0; start < value.Length; start++)
        {
            if (prefixes[start].Ways == 0)
                continue;
            foreach (var length in _appendedLengths)
            {
                if (length > value.Length - start)
                    break;
                if (!appended.TryGetValue(value.AsSpan(start, length), out var access))
                    continue;
                ref var end = ref prefixes[start + length];
                end = (Math.Min(2, end.Ways + prefixes[start].Ways), length, access);
            }
        }

        var appends = new List<int>();
        if (prefixes[^1].Ways != 1)
            return (prefixes[^1].Ways, null, appends);
        var at = value.Length;
        for (; prefixes[at].Length > 0; at -= prefixes[at].Length)
            appends.Add(prefixes[at].Access);
        appends.Reverse();
        return (1, at == 0 && !_written.Contains("") ? null : value[..at], appends);
    }
}
