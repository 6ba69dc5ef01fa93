namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// The values of a string that grows. A value is taken apart into one that was written as a whole and what was
/// appended to it: if there is one way only, reading it tells which operations came before and in which order.
/// </summary>
internal sealed class StringNodes : ValueNodes<string>
{
    private readonly GrownValues _values;
    private readonly Dictionary<string, int> _found = [];
    private readonly Dictionary<int, int> _nodeOfAppend = [];
    private readonly bool _startsAbsent;

    public StringNodes(string? initial, int writers)
        : base(writers)
    {
        _values = new(writers + 1);
        _values.TryWrite(initial, 0);
        _startsAbsent = initial is null;
    }

    public override bool TryWrite(string? value, int writer)
    {
        if (value is null || !_values.TryWrite(value, Count))
            return false;
        Add(writer, None);
        return true;
    }

    public override bool TryAppend(string? value, int writer) => _values.TryAppend(value, writer);

    public override int Find(string? value)
    {
        if (value is null)
            return _startsAbsent ? 0 : None;
        if (!_values.AnyAppended || value.Length == 0)
            return _values.WrittenAs(value, None);
        if (_found.TryGetValue(value, out var node))
            return node;
        var (ways, start, writers) = _values.TakeApart(value);
        node = ways switch
        {
            0 => None,
            1 => Chain(start is null ? 0 : _values.WrittenAs(start, None), writers),
            _ => Ambiguous,
        };
        _found.Add(value, node);
        return node;
    }

    private int Chain(int node, List<int> writers)
    {
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
