using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Tightening;

/// <summary>
/// Between which events of a part each operation takes effect, and which of unknown outcome certainly do. -1 stands for
/// what made the initial values, before all events.
/// </summary>
internal sealed class Bounds(Part part)
{
    private readonly int[] _low = [.. part.CallAt];
    private readonly int[] _high = [.. part.ReturnAt];
    private readonly bool[] _isRequired = new bool[part.Count];

    /// <summary>Those whose bounds have changed or that have become certain, since they were taken.</summary>
    public Stack<int> Changed { get; } = new();

    /// <summary>Whether there is no room for an operation.</summary>
    public bool IsContradiction { get; private set; }

    /// <summary>Operations that contradict each other, once some do.</summary>
    public SortedSet<int> Evidence { get; } = [];

    /// <summary>The event after which it takes effect, a call.</summary>
    public int Low(int operation) => operation < 0 ? -1 : _low[operation];

    /// <summary>The event before which it takes effect, a return.</summary>
    public int High(int operation) => operation < 0 ? -1 : _high[operation];

    public bool IsRequired(int operation) => operation < 0 || _isRequired[operation];

    public void Require(int operation)
    {
        if (IsRequired(operation))
            return;
        _isRequired[operation] = true;
        Changed.Push(operation);
    }

    public void Raise(int operation, int low)
    {
        if (low <= Low(operation))
            return;
        if (operation < 0 || low > _high[operation])
        {
            Contradict(operation, low, High(operation));
            return;
        }

        _low[operation] = low;
        Changed.Push(operation);
    }

    public void Lower(int operation, int high)
    {
        if (high >= High(operation))
            return;
        if (operation < 0 || high < _low[operation])
        {
            Contradict(operation, Low(operation), high);
            return;
        }

        _high[operation] = high;
        Changed.Push(operation);
    }

    /// <summary>An operation cannot take effect behind one event and before another.</summary>
    /// <returns>False.</returns>
    public bool Contradict(int operation, int low = -1, int high = -1)
    {
        IsContradiction = true;
        foreach (var at in new[] { low, high })
        {
            if (at >= 0 && at < part.Events.Length)
                Evidence.Add(part.Events[at] < 0 ? ~part.Events[at] : part.Events[at]);
        }

        if (operation >= 0)
            Evidence.Add(operation);
        return false;
    }

    /// <summary>A part of some operations, with these bounds.</summary>
    public Part ToPart(int[] operations, Dictionary<(string Key, string? Value), List<int>> readers) =>
        part.Within(_low, _high, operations, readers);
}
