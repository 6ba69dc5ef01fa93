namespace RaftKv.Linearizability.Search;

/// <summary>Splits a history into independent parts.</summary>
internal sealed class HistoryParts : PartFinder
{
    private const int None = -1;
    private readonly Dictionary<string, int> _keys = [];
    private readonly List<(int Group, string From, string? End)> _ranges = [];

    // Of each group the one that it is joined to, itself if none.
    private readonly List<int> _joined = [];
    private readonly int[] _groupOf;
    private string? _lastKey;
    private int _lastGroup;
    private int _all = None;
    private int _current;

    public HistoryParts(int count)
    {
        _groupOf = new int[count];
        Array.Fill(_groupOf, None);
    }

    public override void Touch(string key)
    {
        if (!ReferenceEquals(key, _lastKey))
        {
            if (!_keys.TryGetValue(key, out _lastGroup))
                _keys.Add(key, _lastGroup = NewGroup());
            _lastKey = key;
        }

        TouchGroup(_lastGroup);
    }

    public override void TouchRange(string from, string? end)
    {
        var group = NewGroup();
        _ranges.Add((group, from, end));
        TouchGroup(group);
    }

    public override void TouchAll()
    {
        if (_all == None)
            _all = NewGroup();
        TouchGroup(_all);
    }

    public void Begin(int operation) => _current = operation;

    /// <summary>The operations of each part.</summary>
    public List<int[]> Parts()
    {
        JoinRanges();
        for (var group = 0; _all != None && group < _joined.Count; group++)
            Join(group, _all);
        var sizes = new List<int>();
        var partOf = new int[_joined.Count];
        Array.Fill(partOf, None);
        for (var i = 0; i < _groupOf.Length; i++)
        {
            // What touches nothing is a part of its own.
            ref var part = ref _groupOf[i];
            ref var known = ref part;
            if (part != None)
                known = ref partOf[Root(part)];
            if (known == None)
            {
                known = sizes.Count;
                sizes.Add(0);
            }

            part = known;
            sizes[part]++;
        }

        var parts = sizes.ConvertAll(size => new int[size]);
        var filled = new int[parts.Count];
        for (var i = 0; i < _groupOf.Length; i++)
            parts[_groupOf[i]][filled[_groupOf[i]]++] = i;
        return parts;
    }

    /// <summary>Joins each range to its first key, and every key of a range to the next.</summary>
    private void JoinRanges()
    {
        if (_ranges.Count == 0)
            return;
        var keys = _keys.Keys.ToArray();
        Array.Sort(keys, StringComparer.Ordinal);
        var deepens = new int[keys.Length + 1];
        foreach (var (group, from, end) in _ranges)
        {
            var (first, last) = (Place(from), end is null ? keys.Length - 1 : Place(end) - 1);
            if (first > last)
                continue;
            Join(group, _keys[keys[first]]);
            deepens[first]++;
            deepens[last]--;
        }

        for (int i = 0, depth = 0; i + 1 < keys.Length; i++)
        {
            depth += deepens[i];
            if (depth > 0)
                Join(_keys[keys[i]], _keys[keys[i + 1]]);
        }

        int Place(string key)
        {
            var at = Array.BinarySearch(keys, key, StringComparer.Ordinal);
            return at < 0 ? ~at : at;
        }
    }

    private int NewGroup()
    {
        _joined.Add(_joined.Count);
        return _joined.Count - 1;
    }

    private void TouchGroup(int group)
    {
        if (_groupOf[_current] == None)
            _groupOf[_current] = group;
        else if (_groupOf[_current] != group)
            Join(_groupOf[_current], group);
    }

    private void Join(int one, int other) => _joined[Root(one)] = Root(other);

    private int Root(int group)
    {
        while (_joined[group] != group)
            group = _joined[group] = _joined[_joined[group]];
        return group;
    }
}
