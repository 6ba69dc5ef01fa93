using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.UniqueValues;

/// <summary>
/// Decides a part whose <see cref="Chains"/> are known, in the time of sorting them. After Gibbons and Korach
/// (Testing Shared Memories, 1997), with chains in place of single values.
/// A chain's zone lies between its first return and its last call. If the first return comes first, the chain holds
/// the cell all through its zone (forward); if the last call does, all its operations share the zone and can take
/// effect together at any moment of it (backward). So two forward zones may not overlap, a backward zone may not lie
/// inside a forward one, and nothing else is needed.
/// </summary>
internal sealed class ZoneTest(Part part, Chains chains)
{
    private const int None = Chains.None;

    // A chain is named by its first value, or by the complement of its only operation.
    private readonly List<Zone> _forward = new(chains.Starts.Count);
    private readonly List<Zone> _backward = [];
    private List<int>? _order;

    /// <summary>
    /// Decides; <see cref="Verdict.Unknown"/> when only reads that saw another value stand in the way, for which some
    /// other order of the chains may have room.
    /// </summary>
    public Verdict Run()
    {
        foreach (var start in chains.Starts)
        {
            if (!AddZone(start))
                return Verdict.Illegal;
        }

        foreach (var operation in chains.Unread)
            _backward.Add(new Zone(~operation, part.ReturnAt[operation], part.CallAt[operation]));

        _forward.Sort((x, y) => x.FirstReturn.CompareTo(y.FirstReturn));
        for (var i = 1; i < _forward.Count; i++)
        {
            if (_forward[i].FirstReturn < _forward[i - 1].LastCall)
                return Illegal(_forward[i - 1].Chain, _forward[i].Chain);
        }

        foreach (var zone in _backward)
        {
            if (Around(zone.LastCall) is { } around && zone.FirstReturn < around.LastCall)
                return Illegal(around.Chain, zone.Chain);
        }

        if (chains.ReadsOfOthers.Count == 0)
            return Verdict.Linearizable;
        _order = OtherReads.Place(part, chains, Order());
        return _order is null ? Verdict.Unknown : Verdict.Linearizable;
    }

    /// <summary>Once <see cref="Run"/> has found none: operations that contradict each other.</summary>
    public SortedSet<int> Evidence { get; } = [];

    /// <summary>One order of the operations that take effect, once <see cref="Run"/> has found that there is one.
    /// </summary>
    public List<int> Order()
    {
        if (_order is not null)
            return _order;

        // A backward chain goes where its zone begins, or right behind the forward chain that is there.
        var places = new List<(int At, int Chain)>(_forward.Count + _backward.Count);
        foreach (var zone in _forward)
            places.Add((zone.FirstReturn, zone.Chain));
        foreach (var zone in _backward)
            places.Add((Around(zone.LastCall)?.LastCall ?? zone.LastCall, zone.Chain));
        places.Sort((x, y) => x.At.CompareTo(y.At));

        var order = new List<int>();
        foreach (var (_, chain) in places)
        {
            if (chain < 0)
                order.Add(~chain);
            for (var node = chain; node >= 0; node = chains.Next[node])
            {
                if (chains.Writer[node] != None)
                    order.Add(chains.Writer[node]);
                // The reads of a value are listed from the one called last.
                var firstRead = order.Count;
                for (var read = chains.FirstRead[node]; read != None; read = chains.NextRead[read])
                    order.Add(read);
                order.Reverse(firstRead, order.Count - firstRead);
            }
        }

        return order;
    }

    private Verdict Illegal(params ReadOnlySpan<int> contradicting)
    {
        foreach (var chain in contradicting)
            AddEvidence(chain);
        return Verdict.Illegal;
    }

    /// <summary>Of a chain what returned first, what was called last, and who wrote the values that they are about.
    /// </summary>
    private void AddEvidence(int chain)
    {
        if (chain < 0)
        {
            Evidence.Add(~chain);
            return;
        }

        int first = None, last = None;
        for (var node = chain; node != None; node = chains.Next[node])
        {
            var writer = chains.Writer[node];
            Look(writer);
            for (var read = chains.FirstRead[node]; read != None; read = chains.NextRead[read])
                Look(read);
            if ((last == writer || IsReadOf(last, node) || first == writer || IsReadOf(first, node)) && writer != None)
                Evidence.Add(writer);
        }

        Evidence.UnionWith(new[] { first, last }.Where(operation => operation != None));

        void Look(int operation)
        {
            if (operation == None)
                return;
            if (first == None || part.ReturnAt[operation] < part.ReturnAt[first])
                first = operation;
            if (last == None || part.CallAt[operation] > part.CallAt[last])
                last = operation;
        }
    }

    /// <summary>Adds the zone of a chain; false when its own operations contradict its order.</summary>
    private bool AddZone(int start)
    {
        // The initial value was there before every operation.
        var (firstReturn, lastCall) = start == 0 ? (-1, -1) : (int.MaxValue, -1);
        for (var node = start; node != None; node = chains.Next[node])
        {
            if (chains.Writer[node] is var writer and not None)
            {
                if (part.ReturnAt[writer] < lastCall)
                    return Contradict(lastCall, writer, node);
                firstReturn = Math.Min(firstReturn, part.ReturnAt[writer]);
                lastCall = Math.Max(lastCall, part.CallAt[writer]);
            }

            var lastCallOfReads = lastCall;
            for (var read = chains.FirstRead[node]; read != None; read = chains.NextRead[read])
            {
                if (part.ReturnAt[read] < lastCall)
                    return Contradict(lastCall, read, node);
                firstReturn = Math.Min(firstReturn, part.ReturnAt[read]);
                lastCallOfReads = Math.Max(lastCallOfReads, part.CallAt[read]);
            }

            lastCall = lastCallOfReads;
        }

        (firstReturn < lastCall ? _forward : _backward).Add(new Zone(start, firstReturn, lastCall));
        return true;
    }

    /// <summary>An operation of a chain returned before one was called that is in front of it.</summary>
    private bool Contradict(int call, int early, int earlyNode)
    {
        var late = part.Events[call];
        Evidence.UnionWith([late, early]);

        // Their values may have come about otherwise than by those who made them, unless these are told, too.
        foreach (var writer in new[] { chains.Writer[NodeOf(late)], chains.Writer[earlyNode] })
        {
            if (writer != None)
                Evidence.Add(writer);
        }

        return false;
    }

    private int NodeOf(int operation) => Enumerable.Range(0, chains.Writer.Length)
        .First(node => chains.Writer[node] == operation || IsReadOf(operation, node));

    private bool IsReadOf(int operation, int node)
    {
        for (var read = chains.FirstRead[node]; read != None; read = chains.NextRead[read])
        {
            if (read == operation)
                return true;
        }

        return false;
    }

    /// <summary>The forward zone that a moment lies inside of.</summary>
    private Zone? Around(int moment)
    {
        var low = 0;
        for (var high = _forward.Count; low < high;)
        {
            var middle = (low + high) / 2;
            if (_forward[middle].FirstReturn < moment)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && moment < _forward[low - 1].LastCall ? _forward[low - 1] : null;
    }

    private readonly record struct Zone(int Chain, int FirstReturn, int LastCall);
}
