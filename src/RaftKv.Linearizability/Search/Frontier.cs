namespace RaftKv.Linearizability.Search;

/// <summary>The configurations that a <see cref="Sweep"/> goes on from: none dominates another.</summary>
internal sealed class Frontier(BudgetMeter meter)
{
    private const int None = -1;
    private readonly Dictionary<int, int> _firstOfState = [];
    private readonly List<int> _nextOfState = [];

    // Places whose configuration was dominated by a later one.
    private readonly Stack<int> _free = new();

    public Configurations All { get; } = new(meter);

    public int Count => All.Count - _free.Count;

    public void Clear(int words)
    {
        All.Clear(words);
        _firstOfState.Clear();
        _nextOfState.Clear();
        _free.Clear();
    }

    /// <summary>The configurations, as indexes into <see cref="All"/>.</summary>
    public IEnumerable<int> Indexes()
    {
        foreach (var first in _firstOfState.Values)
        {
            for (var at = first; at != None; at = _nextOfState[at])
                yield return at;
        }
    }

    /// <summary>Adds a configuration unless one dominates it; removes those that it dominates.</summary>
    /// <returns>How many were compared.</returns>
    public int Add(ReadOnlySpan<ulong> added, Applied? path)
    {
        var state = Configurations.StateOf(added);
        var first = _firstOfState.GetValueOrDefault(state, None);
        int compared = 1, before = None;
        for (var at = first; at != None; at = _nextOfState[at], compared++)
        {
            if (Dominates(All[at], added))
                return compared;
            if (!Dominates(added, All[at]))
            {
                before = at;
                continue;
            }

            if (before == None)
                first = _nextOfState[at];
            else
                _nextOfState[before] = _nextOfState[at];
            _free.Push(at);
        }

        if (_free.TryPop(out var place))
        {
            All.Replace(place, added, path);
            _nextOfState[place] = first;
        }
        else
        {
            place = All.Add(added, path);
            _nextOfState.Add(first);
        }

        _firstOfState[state] = place;
        return compared;
    }

    /// <summary>
    /// Whether all that can follow <paramref name="other"/>, of the same state, can follow <paramref name="one"/>:
    /// where they differ, that leaves the operation optional.
    /// </summary>
    private static bool Dominates(ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        for (var i = Configurations.Bits; i < one.Length; i++)
        {
            if ((one[i] & ~other[i]) != 0)
                return false;
        }

        return true;
    }
}
