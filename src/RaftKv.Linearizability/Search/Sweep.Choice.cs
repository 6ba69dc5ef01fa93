using System.Numerics;

namespace RaftKv.Linearizability.Search;

// Which configurations a sweep that drops some goes on from.
internal sealed partial class Sweep
{
    // What it costs a configuration that an operation has yet to take effect, more if that may become impossible and
    // the sooner it must have; and that one has, so that nothing else can make use of it.
    private const int Unit = 16;
    private const ulong ChanceMask = (2 * Unit) - 1;

    private int[] _pendingCosts = [];
    private int[] _doneCosts = [];
    private int[] _costs = [];
    private int[] _places = [];

    /// <summary>
    /// How often it was tried before to get past an event: costs differ by chance from one attempt to the next, but in
    /// the first.
    /// </summary>
    public int Attempt { get; set; }

    /// <summary>Drops the configurations that cost most.</summary>
    private void DropCostly()
    {
        if (_next.Count <= _width.OfAll)
            return;
        _isExactSoFar = false;
        FindCosts();
        if (_costs.Length < _next.All.Count)
            (_costs, _places) = (new int[2 * _next.All.Count], new int[2 * _next.All.Count]);
        var count = 0;
        for (var place = 0; place < _next.All.Count; place++)
        {
            if (!_next.Holds(place))
                continue;
            _places[count] = place;
            _costs[count++] = CostOf(Pending(_next.All[place]), _pendingCosts)
                + CostOf(Done(_next.All[place]), _doneCosts);
        }

        _meter.Spend(count);
        Array.Sort(_costs, _places, 0, count);
        for (var i = _width.OfAll; i < count; i++)
            _next.Drop(_places[i]);
    }

    private void FindCosts()
    {
        if (_pendingCosts.Length < 64 * _words)
            (_pendingCosts, _doneCosts) = (new int[64 * _words], new int[64 * _words]);
        var all = _open.All;
        for (var place = 0; place < all.Length; place++)
        {
            ref readonly var open = ref all[place];
            var hurry = 2 * Unit * (all.Length - place) / all.Length;
            _pendingCosts[open.Slot] =
                (open.Footprint.Blind == 0 ? 2 * Unit : Unit) + hurry + Chance(open.Operation, isDone: false);
            _doneCosts[open.Slot] = Unit + Chance(open.Operation, isDone: true);
        }

        foreach (ref readonly var group in _open.Groups)
        {
            foreach (var slot in group.Slots)
                _doneCosts[slot] = Unit + Chance(_open.InSlot(slot).Operation, isDone: true);
        }
    }

    private int Chance(int operation, bool isDone)
    {
        if (Attempt == 0)
            return 0;
        var key = ((ulong)(uint)Attempt << 33) | ((ulong)(uint)operation << 1) | (isDone ? 1UL : 0);
        return (int)(ConfigurationSet.Mix(key) & ChanceMask);
    }

    private static int CostOf(ReadOnlySpan<ulong> slots, int[] costs)
    {
        var cost = 0;
        for (var word = 0; word < slots.Length; word++)
        {
            for (var rest = slots[word]; rest != 0; rest &= rest - 1)
                cost += costs[(word << 6) + BitOperations.TrailingZeroCount(rest)];
        }

        return cost;
    }
}
