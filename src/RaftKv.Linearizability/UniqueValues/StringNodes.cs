namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// The values of a string that grows. A value is taken apart into one that was written as a whole and what was
/// appended to it: if there is one way only, reading it tells which operations came before and in which order.
/// </summary>
internal sealed class StringNodes : ValueNodes<string>
{
    private readonly Dictionary<string, int> _written;
    private readonly Dictionary<string, int> _appended = [];
    private readonly SortedSet<int> _writtenLengths = [];
    private readonly SortedSet<int> _appendedLengths = [];
    private readonly Dictionary<string, int> _found = [];
    private readonly Dictionary<int, int> _nodeOfAppend = [];
    private readonly bool _startsAbsent;

    // For each prefix of a value, how many ways lead to it (2: more than one) and the operation that ends it.
    private (int Ways, int Length, int Writer)[] _prefixes = [];

    public StringNodes(string? initial, int writers)
        : base(writers)
    {
        _written = new(writers + 1);
        _startsAbsent = initial is null;
        if (initial is null)
            return;
        _written.Add(initial, 0);
        _writtenLengths.Add(initial.Length);
    }

    public override bool TryWrite(string? value, int writer)
    {
        if (value is null || !_written.TryAdd(value, Count))
            return false;
        _writtenLengths.Add(value.Length);
        Add(writer, None);
        return true;
    }

    public override bool TryAppend(string? value, int writer)
    {
        if (string.IsNullOrEmpty(value) || !_appended.TryAdd(value, writer))
            return false;
        _appendedLengths.Add(value.Length);
        return true;
    }

    public override int Find(string? value)
    {
        if (value is null)
            return _startsAbsent ? 0 : None;
        if (_appended.Count == 0 || value.Length == 0)
            return _written.GetValueOrDefault(value, None);
        if (_found.TryGetValue(value, out var node))
            return node;
        node = TakeApart(value);
        _found.Add(value, node);
        return node;
    }

    private int TakeApart(string value)
    {
        if (_prefixes.Length <= value.Length)
            _prefixes = new (int, int, int)[2 * (value.Length + 1)];
        var prefixes = _prefixes.AsSpan(0, value.Length + 1);
        prefixes.Clear();
        var written = _written.GetAlternateLookup<ReadOnlySpan<char>>();
        var appended = _appended.GetAlternateLookup<ReadOnlySpan<char>>();
        if (_startsAbsent)
            prefixes[0].Ways++;
        foreach (var length in _writtenLengths)
        {
            if (length <= value.Length && written.ContainsKey(value.AsSpan(0, length)))
                prefixes[length] = (prefixes[length].Ways + 1, 0, None);
        }

        for (var start = 0; start < value.Length; start++)
        {
            if (prefixes[start].Ways == 0)
                continue;
            foreach (var length in _appendedLengths)
            {
                if (length > value.Length - start)
                    break;
                if (!appended.TryGetValue(value.AsSpan(start, length), out var writer))
                    continue;
                ref var end = ref prefixes[start + length];
                end = (Math.Min(2, end.Ways + prefixes[start].Ways), length, writer);
            }
        }

        return prefixes[^1].Ways switch
        {
            0 => None,
            1 => Chain(value, prefixes),
            _ => Ambiguous,
        };
    }

    private int Chain(string value, ReadOnlySpan<(int Ways, int Length, int Writer)> prefixes)
    {
        var writers = new Stack<int>();
        var start = value.Length;
        for (; prefixes[start].Length > 0; start -= prefixes[start].Length)
            writers.Push(prefixes[start].Writer);
        var node = start == 0 && _startsAbsent ? 0 : _written[value[..start]];
        foreach (var writer in writers)
        {
            // An operation takes effect once: after one value only.
            if (!_nodeOfAppend.TryGetValue(writer, out var next))
                _nodeOfAppend.Add(writer, next = Add(writer, node));
            else if (Previous(next) != node)
                return None;
            node = next;
        }

        return node;
    }
}
