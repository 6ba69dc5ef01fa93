namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// The values that a cell can take when each is written by one operation only: a node for each, with its writer and
/// the node before it, where that is certain. Node 0 is the initial value, which nobody wrote.
/// </summary>
internal abstract class ValueNodes<TValue>(int writers)
{
    /// <summary>No node, or no operation.</summary>
    public const int None = -1;

    /// <summary>More than one sequence of operations could have made the value.</summary>
    public const int Ambiguous = -2;

    private readonly List<(int Writer, int Previous)> _nodes = new(writers + 1) { (None, None) };

    public int Count => _nodes.Count;

    /// <summary>The operation that makes a node; none for the initial one.</summary>
    public int Writer(int node) => _nodes[node].Writer;

    /// <summary>The node before one made by an append; none for others.</summary>
    public int Previous(int node) => _nodes[node].Previous;

    /// <summary>Adds a value that is written as a whole; false when it is not the only one of its kind.</summary>
    public abstract bool TryWrite(TValue? value, int writer);

    /// <summary>Adds a value that is appended; false when it is not the only one of its kind.</summary>
    public virtual bool TryAppend(TValue? value, int writer) => false;

    /// <summary>
    /// The node of a value that was there; none when nothing can have made it, or not together with what was found
    /// before. Only for values that every linearization must show.
    /// </summary>
    public abstract int Find(TValue? value);

    protected int Add(int writer, int previous)
    {
        _nodes.Add((writer, previous));
        return _nodes.Count - 1;
    }
}

/// <summary>The values of a cell that no operation appends to.</summary>
internal sealed class PlainNodes<TValue> : ValueNodes<TValue>
{
    private readonly Dictionary<ValueTuple<TValue?>, int> _written;

    public PlainNodes(TValue? initial, int writers)
        : base(writers)
    {
        _written = new(writers + 1);
        _written.Add(new(initial), 0);
    }

    public override bool TryWrite(TValue? value, int writer)
    {
        if (!_written.TryAdd(new(value), Count))
            return false;
        Add(writer, None);
        return true;
    }

    public override int Find(TValue? value) => _written.TryGetValue(new(value), out var node) ? node : None;
}
