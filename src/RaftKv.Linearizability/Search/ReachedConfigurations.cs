namespace RaftKv.Linearizability.Search;

/// <summary>What a <see cref="Sweep"/> reaches on the way to one return: a queue that takes nothing twice.</summary>
internal sealed class ReachedConfigurations(BudgetMeter meter)
{
    private int[] _slots = new int[64];

    public Configurations All { get; } = new(meter);

    public void Clear(int words)
    {
        All.Clear(words);
        if (_slots.Length > 1 << 12)
            _slots = new int[64];
        else
            Array.Clear(_slots);
    }

    /// <summary>Adds a configuration unless it is there.</summary>
    public void Add(ReadOnlySpan<ulong> configuration, Applied? path)
    {
        if (2 * All.Count >= _slots.Length)
            Grow();
        var at = Find(configuration);
        if (_slots[at] == 0)
            _slots[at] = All.Add(configuration, path) + 1;
    }

    private int Find(ReadOnlySpan<ulong> configuration)
    {
        ulong hash = 0;
        foreach (var word in configuration)
            hash = ConfigurationSet.Mix(hash ^ word);
        var mask = _slots.Length - 1;
        var at = (int)hash & mask;
        while (_slots[at] != 0 && !configuration.SequenceEqual(All[_slots[at] - 1]))
            at = (at + 1) & mask;
        return at;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        for (var i = 0; i < All.Count; i++)
            _slots[Find(All[i])] = i + 1;
    }
}
