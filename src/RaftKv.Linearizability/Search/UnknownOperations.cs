namespace RaftKv.Linearizability.Search;

/// <summary>
/// The operations of unknown outcome, in groups of equal ones. Within a group they are used in the order of their
/// calls: any linearization that uses a later one first stays one when the two change places.
/// </summary>
internal sealed class UnknownOperations
{
    private readonly List<List<int>> _groups = [];
    private readonly Dictionary<int, int> _groupOf = [];
    private readonly int[] _used;

    public UnknownOperations(Part part, int[] classes)
    {
        for (var operation = 0; operation < classes.Length; operation++)
        {
            if (!part.IsUnknown(operation))
                continue;
            if (!_groupOf.TryGetValue(classes[operation], out var group))
            {
                _groupOf.Add(classes[operation], group = _groups.Count);
                _groups.Add([]);
            }

            _groups[group].Add(operation);
        }

        _used = new int[_groups.Count];
    }

    public int GroupCount => _groups.Count;

    /// <summary>The first unused operation of a group, or -1.</summary>
    public int First(int group) => _used[group] < _groups[group].Count ? _groups[group][_used[group]] : -1;

    public int Use(int group) => _groups[group][_used[group]++];

    public int Release(int group) => _groups[group][--_used[group]];
}
