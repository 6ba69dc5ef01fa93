using System.Numerics;

namespace RaftKv.Linearizability.Search;

/// <summary>
/// Configurations of which none dominates another of its kind, as many as a <see cref="Width"/> allows. Those that are
/// new wait to be taken up.
/// </summary>
internal sealed class Frontier(BudgetMeter meter, Width width)
{
    private const int None = -1;
    private const int Removed = -2;
    private const int SlotsMin = 64;
    private readonly Queue<int> _waiting = new();
    private readonly Stack<int> _free = new();

    // By the hash of its kind the first configuration (plus one), and of each the next with that hash.
    private int[] _slots = new int[SlotsMin];
    private int[] _next = new int[SlotsMin];

    /// <summary>How many there may be.</summary>
    public Width Width { get; set; } = width;

    public Configurations All { get; } = new(meter);

    public int Count => All.Count - _free.Count;

    /// <summary>Whether nothing had to be dropped or merged since the beginning.</summary>
    public bool IsExact { get; private set; } = true;

    public void Clear(int words)
    {
        All.Clear(words);
        if (_slots.Length > SlotsMin << 4)
            _slots = new int[SlotsMin];
        else
            Array.Clear(_slots);
        _free.Clear();
        _waiting.Clear();
    }

    /// <summary>Whether there is a configuration at a place, an index into <see cref="All"/>.</summary>
    public bool Holds(int place) => _next[place] != Removed;

    /// <summary>A configuration that was added since and is still there.</summary>
    public bool TryTake(out int place)
    {
        while (_waiting.TryDequeue(out place))
        {
            if (Holds(place))
                return true;
        }

        return false;
    }

    /// <summary>Adds a configuration unless one dominates it; removes those that it dominates.</summary>
    public void Add(ReadOnlySpan<ulong> added, Applied? path)
    {
        var slot = SlotOf(added);
        int count = 0, before = None, chosen = None, chosenBefore = None, chosenCost = int.MaxValue;
        for (var at = _slots[slot] - 1; at != None;)
        {
            var there = All[at];
            var after = _next[at];
            if (there[0] != added[0] || there[1] != added[1])
            {
                (before, at) = (at, after);
                continue;
            }

            meter.Spend();
            var (isMore, isLess, distance) = Compare(there, added);
            if (!isMore)
                return;
            if (!isLess)
            {
                Remove(slot, before, at);
                at = after;
                continue;
            }

            count++;
            var cost = Width.Merges ? distance : -Weight(there);
            if (cost < chosenCost)
                (chosen, chosenBefore, chosenCost) = (at, before, cost);
            (before, at) = (at, after);
        }

        if (count < Width.OfKind && (Width.Merges || Count < Width.Considered))
        {
            Insert(slot, added, path);
            return;
        }

        IsExact = false;
        if (Width.Merges)
        {
            Span<ulong> merged = stackalloc ulong[added.Length];
            added.CopyTo(merged);
            for (var i = Configurations.Bits; i < merged.Length; i++)
                merged[i] &= All[chosen][i];
            Remove(slot, chosenBefore, chosen);
            Add(merged, path);
        }
        else if (chosen != None && Weight(added) < -chosenCost)
        {
            Remove(slot, chosenBefore, chosen);
            Insert(slot, added, path);
        }
    }

    /// <summary>
    /// Where two of one kind differ. One that is nowhere more than the other dominates it: all that can follow the
    /// other can follow it, as it leaves more optional.
    /// </summary>
    private static (bool IsMore, bool IsLess, int Distance) Compare(
        ReadOnlySpan<ulong> one, ReadOnlySpan<ulong> other)
    {
        ulong more = 0, less = 0;
        var distance = 0;
        for (var i = Configurations.Bits; i < one.Length; i++)
        {
            more |= one[i] & ~other[i];
            less |= other[i] & ~one[i];
            distance += BitOperations.PopCount(one[i] ^ other[i]);
        }

        return (more != 0, less != 0, distance);
    }

    /// <summary>How much a configuration does not leave optional.</summary>
    private static int Weight(ReadOnlySpan<ulong> configuration)
    {
        var weight = 0;
        foreach (var word in configuration[Configurations.Bits..])
            weight += BitOperations.PopCount(word);
        return weight;
    }

    /// <summary>Removes a configuration.</summary>
    public void Drop(int place)
    {
        var slot = SlotOf(All[place]);
        var before = None;
        for (var at = _slots[slot] - 1; at != place; at = _next[at])
            before = at;
        Remove(slot, before, place);
    }

    private void Insert(int slot, ReadOnlySpan<ulong> added, Applied? path)
    {
        if (_free.TryPop(out var place))
            All.Replace(place, added, path);
        else
            place = All.Add(added, path);
        if (place >= _next.Length)
            Array.Resize(ref _next, 2 * _next.Length);
        _next[place] = _slots[slot] - 1;
        _slots[slot] = place + 1;
        _waiting.Enqueue(place);
        if (Count > _slots.Length)
            Grow();
    }

    private void Remove(int slot, int before, int at)
    {
        if (before == None)
            _slots[slot] = _next[at] + 1;
        else
            _next[before] = _next[at];
        _next[at] = Removed;
        _free.Push(at);
    }

    private int SlotOf(ReadOnlySpan<ulong> configuration) =>
        (int)ConfigurationSet.Mix(configuration[0] ^ ConfigurationSet.Mix(configuration[1])) & (_slots.Length - 1);

    private void Grow()
    {
        _slots = new int[4 * _slots.Length];
        for (var place = 0; place < All.Count; place++)
        {
            if (!Holds(place))
                continue;
            var slot = SlotOf(All[place]);
            (_next[place], _slots[slot]) = (_slots[slot] - 1, place + 1);
        }
    }
}
