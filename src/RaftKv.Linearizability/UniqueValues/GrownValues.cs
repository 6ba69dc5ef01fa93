namespace RaftKv.Linearizability.UniqueValues;

/// <summary>Takes strings apart into one that was written as a whole and what was appended to it.</summary>
internal sealed class GrownValues(int capacity = 0)
{
    // Of each value that was written as a whole its number.
    private readonly Dictionary<string, int> _written = new(capacity);
    private readonly Dictionary<string, int> _appended = [];
    private readonly SortedSet<int> _writtenLengths = [];
    private readonly SortedSet<int> _appendedLengths = [];

    // For each prefix of a value, how many ways lead to it (2: more than one) and what appended its end.
    private (int Ways, int Length, int Append)[] _prefixes = [];
    private bool _mayBeAbsent;

    /// <summary>Whether anything was appended.</summary>
    public bool AnyAppended => _appended.Count > 0;

    /// <summary>Adds what the key may hold before anything is appended; false when it is known already.</summary>
    /// <param name="value">The value; null: it may be absent.</param>
    /// <param name="number">What <see cref="WrittenAs"/> tells of it.</param>
    public bool TryWrite(string? value, int number)
    {
        if (value is null)
        {
            var isNew = !_mayBeAbsent;
            _mayBeAbsent = true;
            return isNew;
        }

        if (!_written.TryAdd(value, number))
            return false;
        _writtenLengths.Add(value.Length);
        return true;
    }

    /// <summary>The number of a value that was written as a whole, or another.</summary>
    public int WrittenAs(string value, int otherwise) => _written.GetValueOrDefault(value, otherwise);

    /// <summary>Adds an append by its number; false when another appends the same.</summary>
    public bool TryAppend(string? value, int append)
    {
        if (string.IsNullOrEmpty(value) || !_appended.TryAdd(value, append))
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
            if (length <= value.Length && written.ContainsKey(value.AsSpan(0, length)))
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
                if (!appended.TryGetValue(value.AsSpan(start, length), out var append))
                    continue;
                ref var end = ref prefixes[start + length];
                end = (Math.Min(2, end.Ways + prefixes[start].Ways), length, append);
            }
        }

        var appends = new List<int>();
        if (prefixes[^1].Ways != 1)
            return (prefixes[^1].Ways, null, appends);
        var at = value.Length;
        for (; prefixes[at].Length > 0; at -= prefixes[at].Length)
            appends.Add(prefixes[at].Append);
        appends.Reverse();
        return (1, at == 0 && !_written.ContainsKey("") ? null : value[..at], appends);
    }
}
