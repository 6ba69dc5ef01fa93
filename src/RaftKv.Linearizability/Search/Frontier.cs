namespace RaftKv.Linearizability.Search;

/// <summary>The configurations that a <see cref="Sweep"/> goes on from: none dominates another.</summary>
internal sealed class Frontier
{
    private readonly Dictionary<int, List<Configuration>> _byState = [];
    private readonly List<List<Configuration>> _lists = [];

    public int Count { get; private set; }

    public IEnumerable<Configuration> All => _lists.SelectMany(list => list);

    /// <summary>Adds a configuration unless one dominates it; removes those that it dominates.</summary>
    /// <returns>How many were compared.</returns>
    public int Add(Configuration added)
    {
        if (!_byState.TryGetValue(added.State, out var list))
        {
            _byState.Add(added.State, list = []);
            _lists.Add(list);
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Dominates(added))
                return i + 1;
        }

        Count -= list.RemoveAll(added.Dominates);
        list.Add(added);
        Count++;
        return list.Count;
    }
}
