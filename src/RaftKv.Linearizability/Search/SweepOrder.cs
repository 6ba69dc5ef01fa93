namespace RaftKv.Linearizability.Search;

/// <summary>Makes one order of all operations of what took effect in a <see cref="Sweep"/>.</summary>
internal sealed class SweepOrder
{
    private const int None = -1;
    private readonly Part _part;
    private readonly StateSpace _space;

    // What took effect, when, and the state behind it; in front what was there before.
    private readonly List<(int Operation, int At, int State)> _applied = [(None, -1, 0)];

    private SweepOrder(Part part, StateSpace space, Applied? path)
    {
        (_part, _space) = (part, space);
        for (; path is not null; path = path.Before)
            _applied.Add((path.Operation, path.At, 0));
        _applied.Reverse(1, _applied.Count - 1);
        for (var i = 1; i < _applied.Count; i++)
        {
            var (operation, at, _) = _applied[i];
            _applied[i] = (operation, at, space.Step(_applied[i - 1].State, space.Classes[operation]));
        }
    }

    /// <summary>The operations that take effect, in their order.</summary>
    public static List<int> Of(Part part, StateSpace space, Applied? path) =>
        new SweepOrder(part, space, path).ToList();

    /// <summary>Puts the operations that did not have to take effect where they change nothing.</summary>
    private List<int> ToList()
    {
        var taken = new bool[_part.Count];
        foreach (var (operation, _, _) in _applied.Skip(1))
            taken[operation] = true;
        var places = new List<(int Gap, int At, int Operation)>();
        for (var i = 1; i < _applied.Count; i++)
            places.Add((i - 1, int.MaxValue, _applied[i].Operation));
        var first = 0;
        for (var operation = 0; operation < taken.Length; operation++)
        {
            while (first + 1 < _applied.Count && _applied[first + 1].At < _part.CallAt[operation])
                first++;
            if (!taken[operation] && !_part.IsUnknown(operation))
                places.Add(Place(operation, first));
        }

        places.Sort();
        return places.ConvertAll(place => place.Operation);
    }

    /// <summary>A gap behind what took effect, at a moment within the operation's interval.</summary>
    private (int Gap, int At, int Operation) Place(int operation, int first)
    {
        var operationClass = _space.Classes[operation];
        var @return = _part.ReturnAt[operation];
        for (var gap = first; gap < _applied.Count && _applied[gap].At <= @return; gap++)
        {
            if (_space.Step(_applied[gap].State, operationClass) == _applied[gap].State)
                return (gap, Math.Max(_part.CallAt[operation], _applied[gap].At), operation);
            if (gap + 1 < _applied.Count
                && _applied[gap + 1].At <= @return
                && _space.FootprintOf(_space.Classes[_applied[gap + 1].Operation])
                    .Hides(_space.FootprintOf(operationClass)))
            {
                return (gap, int.MaxValue - 1, operation);
            }
        }

        throw new InvalidOperationException($"operation {operation} neither took effect nor could count as done");
    }
}
