using System.Numerics;
using System.Runtime.InteropServices;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Tells whether some operations of a part cannot all be, whatever the others did, in microseconds: a sweep over the
/// events of these alone, with a set of states for each choice of open operations that took effect. The others may at
/// first take effect any number of times; those that an order so found uses more often than there are, are then
/// counted.
/// </summary>
internal sealed class CoreTrial<TState, TInput, TOutput>(FewStates<TState, TInput, TOutput> states, Part part)
    where TInput : notnull
{
    private const int None = -1;
    private const int SlotsMax = 64;
    private const int CountedMax = 8;
    private const int CountBits = 8;
    private const int CountMax = (1 << CountBits) - 1;
    private const int NodesMax = 1 << 12;

    private readonly bool[] _isInCore = new bool[part.Count];
    private readonly int[] _slotOf = new int[part.Count];
    private readonly int[] _inSlot = new int[SlotsMax];

    // How many of the others there are of each kind, and which are counted.
    private readonly int[] _left = new int[states.KindCount];
    private readonly List<int> _counted = [];

    // What the others that are not counted lead to, from each state.
    private readonly ulong[] _closures = new ulong[BitOperations.PopCount(states.All)];
    private readonly List<Node> _nodes = [];
    private readonly List<(int From, int Move, int Next)> _edges = [];
    private List<int> _frontier = [];
    private List<int> _level = [];
    private List<int> _nextLevel = [];
    private List<int> _nextFrontier = [];

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Whether the last trial came to an end.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>Whether they cannot all be; false, too, when that takes too long to tell.</summary>
    /// <param name="core">The operations, by their number in the part, which is the order of their calls.</param>
    /// <param name="isWithin">
    /// Whether it is to hold within their own time, whatever the state was then (<see cref="Explanation.From"/>).
    /// </param>
    public bool IsIllegal(IReadOnlyList<int> core, bool isWithin)
    {
        foreach (var operation in core)
            _isInCore[operation] = true;
        var end = core.Max(operation => part.IsUnknown(operation) ? part.Events.Length : part.ReturnAt[operation]);
        CountOthers(isWithin ? part.CallAt[core[0]] : 0, isWithin ? end : part.Events.Length);
        _counted.Clear();
        IsExact = true;
        var verdict = Verdict.Unknown;
        while (verdict == Verdict.Unknown)
        {
            FindClosures();
            verdict = Sweep(part.CallAt[core[0]], Math.Min(end, part.Events.Length - 1), isWithin ? states.All : 1);
        }

        foreach (var operation in core)
            _isInCore[operation] = false;
        return verdict == Verdict.Illegal && !states.HasOthers;
    }

    /// <summary>Counts the others that may take effect between two events.</summary>
    private void CountOthers(int from, int to)
    {
        Array.Clear(_left);
        for (var operation = 0; operation < part.Count && part.CallAt[operation] <= to; operation++)
        {
            if (!_isInCore[operation] && states.Kinds[operation] != None && part.ReturnAt[operation] >= from)
                _left[states.Kinds[operation]]++;
        }
    }

    private void FindClosures()
    {
        for (var state = 0; state < _closures.Length; state++)
            _closures[state] = 1UL << state;
        for (var kind = 0; kind < _left.Length; kind++)
        {
            if (IsFree(kind))
                states.AddSteps(kind, _closures);
        }

        for (var middle = 0; middle < _closures.Length; middle++)
        {
            foreach (ref var closure in _closures.AsSpan())
            {
                if ((closure & (1UL << middle)) != 0)
                    closure |= _closures[middle];
            }
        }

        Steps += _closures.Length;
    }

    private ulong Close(ulong some)
    {
        var closed = 0UL;
        for (; some != 0; some &= some - 1)
            closed |= _closures[BitOperations.TrailingZeroCount(some)];
        return closed;
    }

    /// <summary>Goes through the events; unknown when more kinds were found that must be counted.</summary>
    private Verdict Sweep(int from, int to, ulong starts)
    {
        _nodes.Clear();
        _edges.Clear();
        _frontier.Clear();
        _frontier.Add(0);
        _nodes.Add(new Node(0, 0, starts, None));
        var freeSlots = ulong.MaxValue;
        for (var at = from; at <= to; at++)
        {
            var called = part.Events[at];
            var operation = called < 0 ? ~called : called;
            if (!_isInCore[operation])
                continue;
            if (called >= 0)
            {
                if (freeSlots == 0)
                    return GiveUp();
                var slot = BitOperations.TrailingZeroCount(freeSlots);
                freeSlots &= freeSlots - 1;
                (_slotOf[operation], _inSlot[slot]) = (slot, operation);
                foreach (var node in _frontier)
                    _nodes[node] = _nodes[node] with { Pending = _nodes[node].Pending | (1UL << slot) };
                continue;
            }

            Return(_slotOf[operation]);
            if (_nodes.Count > NodesMax)
                return GiveUp();
            if (_frontier.Count == 0)
                return Verdict.Illegal;
            freeSlots |= 1UL << _slotOf[operation];
        }

        var overused = Overused();
        if (overused.Count == 0)
            return Verdict.Linearizable;
        if (_counted.Count + overused.Count > CountedMax || overused.Exists(kind => _left[kind] > CountMax))
            return GiveUp();
        _counted.AddRange(overused);
        return Verdict.Unknown;
    }

    private Verdict GiveUp()
    {
        IsExact = false;
        return Verdict.Linearizable;
    }

    /// <summary>An operation returns: by then it took effect, behind any of those that are open.</summary>
    private void Return(int slot)
    {
        _nextFrontier.Clear();
        _level.Clear();
        foreach (var node in _frontier)
            ((_nodes[node].Pending & (1UL << slot)) != 0 ? _level : _nextFrontier).Add(node);

        // With every step one more took effect: what is reached in two ways is reached in one level.
        for (; _level.Count > 0 && _nodes.Count <= NodesMax; (_level, _nextLevel) = (_nextLevel, _level))
        {
            _nextLevel.Clear();
            foreach (var node in _level)
            {
                var (pending, used, some, _) = _nodes[node];
                var closed = Close(some);
                for (var open = pending; open != 0; open &= open - 1)
                {
                    var taken = BitOperations.TrailingZeroCount(open);
                    var operation = _inSlot[taken];
                    Reach(
                        taken == slot ? _nextFrontier : _nextLevel,
                        new Node(pending & ~(1UL << taken), used, states.After(operation, closed), None),
                        node,
                        operation);
                }

                for (var i = 0; i < _counted.Count; i++)
                {
                    var (kind, shift) = (_counted[i], CountBits * i);
                    if (((used >> shift) & CountMax) < (ulong)_left[kind])
                    {
                        var after = states.AfterKind(kind, closed) & ~closed;
                        Reach(_nextLevel, new Node(pending, used + (1UL << shift), after, None), node, ~kind);
                    }
                }
            }
        }

        (_frontier, _nextFrontier) = (_nextFrontier, _frontier);
    }

    private void Reach(List<int> level, Node reached, int from, int move)
    {
        Steps++;
        if (reached.States == 0)
            return;
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        foreach (var number in level)
        {
            ref var node = ref nodes[number];
            if (node.Pending != reached.Pending || node.Used != reached.Used)
                continue;
            _edges.Add((from, move, node.LastEdge));
            node = node with { States = node.States | reached.States, LastEdge = _edges.Count - 1 };
            return;
        }

        _edges.Add((from, move, None));
        level.Add(_nodes.Count);
        _nodes.Add(reached with { LastEdge = _edges.Count - 1 });
    }

    /// <summary>Of the others the kinds that the order found uses too often.</summary>
    private List<int> Overused()
    {
        var uses = new int[_left.Length];
        var node = _nodes[_frontier[0]];
        var state = node.States & ~(node.States - 1);
        while (node.LastEdge != None)
        {
            for (var edge = node.LastEdge; edge != None; edge = _edges[edge].Next)
            {
                var (from, move, _) = _edges[edge];
                var before = Before(_nodes[from].States, move, state);
                if (before == 0)
                    continue;
                (node, state) = (_nodes[from], Walk(_nodes[from].States, before, uses));
                break;
            }
        }

        var overused = new List<int>();
        for (var kind = 0; kind < uses.Length; kind++)
        {
            if (uses[kind] > _left[kind])
                overused.Add(kind);
        }

        return overused;
    }

    /// <summary>A state that the others lead to, from which a move leads to another.</summary>
    private ulong Before(ulong starts, int move, ulong state)
    {
        for (var closed = Close(starts); closed != 0; closed &= closed - 1)
        {
            var one = closed & ~(closed - 1);
            if ((move < 0 ? states.AfterKind(~move, one) : states.After(move, one)) == state)
                return one;
        }

        return 0;
    }

    /// <summary>Goes back from a state to one of the starts, by as few of the others as that takes.</summary>
    private ulong Walk(ulong starts, ulong state, int[] uses)
    {
        var rings = new List<ulong> { starts };
        for (var seen = starts; (rings[^1] & state) == 0; seen |= rings[^1])
        {
            var after = 0UL;
            for (var kind = 0; kind < _left.Length; kind++)
                after |= IsFree(kind) ? states.AfterKind(kind, rings[^1]) : 0;
            rings.Add(after & ~seen);
        }

        for (var ring = rings.Count - 2; ring >= 0; ring--)
        {
            var (best, from) = (None, 0UL);
            for (var kind = 0; kind < _left.Length; kind++)
            {
                if (!IsFree(kind) || (best != None && _left[kind] - uses[kind] <= _left[best] - uses[best]))
                    continue;
                for (var some = rings[ring]; some != 0; some &= some - 1)
                {
                    var one = some & ~(some - 1);
                    if (states.AfterKind(kind, one) == state)
                        (best, from) = (kind, one);
                }
            }

            uses[best]++;
            state = from;
        }

        return state;
    }

    private bool IsFree(int kind) => _left[kind] > 0 && !_counted.Contains(kind);

    /// <summary>What a choice of operations that took effect leads to.</summary>
    /// <param name="Pending">The slots of the open operations that did not.</param>
    /// <param name="Used">How many of each counted kind did.</param>
    /// <param name="States">The states, before any of the others.</param>
    /// <param name="LastEdge">The last of the ways to get there.</param>
    private readonly record struct Node(ulong Pending, ulong Used, ulong States, int LastEdge);
}
