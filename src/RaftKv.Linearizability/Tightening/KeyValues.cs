using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Tightening;

/// <summary>What is known of the values of one key: who made what was read, and what follows for the bounds.</summary>
internal sealed class KeyValues<TValue>
{
    private const int None = Nodes.None;

    // Of the writers of one value so many are looked at for one read.
    private const int LooksMax = 64;

    private readonly List<Access<TValue>> _accesses;
    private readonly List<int> _all;
    private readonly Nodes _nodes;
    private readonly Bounds _bounds;
    private readonly TValue? _initial;
    private readonly int _initialNode;
    private readonly bool _isOpaque;
    private readonly GrownValues? _grown;
    private readonly Dictionary<ValueTuple<TValue?>, ValueWriters> _writers = [];
    private readonly Dictionary<int, TValue?> _bases = [];
    private readonly List<int> _certainWriters = [];
    private readonly KeyTasks _tasks;
    private readonly BudgetMeter _meter;
    private readonly Dictionary<int, string> _grownTo = [];
    private List<int> _unresolved = [];

    // How often what is seen was looked for, and in which of these times all writers were added last.
    private int _adding;
    private int _allAddedIn;

    /// <param name="initial">What it holds at first.</param>
    /// <param name="initialNode">The node of that.</param>
    /// <param name="accesses">The accesses of all keys.</param>
    /// <param name="own">Those of this key.</param>
    /// <param name="nodes">How the values hang together.</param>
    /// <param name="bounds">The bounds of all operations.</param>
    /// <param name="returnAt">When each operation returns.</param>
    /// <param name="meter">What it may spend.</param>
    public KeyValues(
        TValue? initial,
        int initialNode,
        List<Access<TValue>> accesses,
        List<int> own,
        Nodes nodes,
        Bounds bounds,
        int[] returnAt,
        BudgetMeter meter)
    {
        (_accesses, _all, _nodes, _bounds) = (accesses, own, nodes, bounds);
        (_initial, _initialNode, _meter) = (initial, initialNode, meter);
        _tasks = new KeyTasks(nodes, bounds, initialNode, meter);
        MayAllBeSeen = own.Exists(access => accesses[access].SeesMore);
        if (own.Exists(access => accesses[access].Effect == AccessEffect.Append))
            _grown = new();
        _grown?.TryWrite(initial as string, initialNode);
        WritersOf(initial).Add(initialNode, -1);
        foreach (var access in own)
        {
            var (effect, value) = (accesses[access].Effect, accesses[access].Value);
            if (effect == AccessEffect.Opaque
                || (effect == AccessEffect.Append && !_grown!.TryAppend(value as string, access)))
                _isOpaque = true;
            if (effect != AccessEffect.Write)
                continue;
            _grown?.TryWrite(value as string, access);
            WritersOf(value).Add(access, returnAt[nodes.Operation[access]]);
        }

        IsAllSeen = _isOpaque;
    }

    /// <summary>Whether every effect may have been seen as what the value was not.</summary>
    public bool MayAllBeSeen { get; }

    /// <summary>Whether every effect may have been read.</summary>
    public bool IsAllSeen { get; private set; }

    /// <summary>Forgets which operations were added: each is once from now on.</summary>
    public void BeginAdding() => _adding++;

    /// <summary>Adds the operations that may change the value.</summary>
    public void AddAllWriters(Stack<int> operations)
    {
        if (_allAddedIn == _adding)
            return;
        _allAddedIn = _adding;
        foreach (var access in _all)
        {
            if (_accesses[access].Effect != AccessEffect.None)
                operations.Push(_nodes.Operation[access]);
        }
    }

    /// <summary>Adds the operations whose effect may have been seen by one that is certain.</summary>
    public void AddPossiblySeen(Stack<int> operations)
    {
        foreach (var access in _unresolved)
            AddWriters(_bases[access], operations);
    }

    /// <summary>Adds the operations whose effect an access may have seen that is not certain.</summary>
    public void AddWriters(int access, Stack<int> operations)
    {
        if (_grown is null)
            AddWriters(_accesses[access].Expected, operations);
        else
            AddAllWriters(operations);
    }

    private void AddWriters(TValue? value, Stack<int> operations)
    {
        var writers = WritersOf(value);
        if (writers.AddedIn == _adding)
            return;
        writers.AddedIn = _adding;
        foreach (var writer in writers.Accesses)
        {
            if (writer != _initialNode)
                operations.Push(_nodes.Operation[writer]);
        }
    }

    private ValueWriters WritersOf(TValue? value)
    {
        if (!_writers.TryGetValue(new(value), out var writers))
            _writers.Add(new(value), writers = new());
        return writers;
    }

    /// <summary>An access certainly took place; false when that contradicts others.</summary>
    public bool Add(int access)
    {
        if (_isOpaque)
            return true;
        if (_accesses[access].Effect != AccessEffect.None)
            _certainWriters.Add(access);
        if (!_accesses[access].Reads)
            return true;
        var value = _accesses[access].Expected;
        if (_grown is null || value is not string text)
            return Follow(access, None, value);
        var (ways, start, appends) = _grown.TakeApart(text);
        if (ways != 1)
        {
            IsAllSeen = true;
            return ways > 0 || Contradict(access);
        }

        var last = None;
        var length = start?.Length ?? 0;
        foreach (var append in appends)
        {
            length += (_accesses[append].Value as string)!.Length;
            if (!_grownTo.ContainsKey(append))
                _grownTo.Add(append, text[..length]);
            if (!Follow(append, last, (TValue?)(object?)start))
                return false;
            last = append;
            _bounds.Require(_nodes.Operation[append]);
        }

        return Follow(access, last, (TValue?)(object?)start);
    }

    /// <summary>An access found what another left, or if that is none a value that was written as a whole.</summary>
    private bool Follow(int access, int node, TValue? value)
    {
        if (_bases.TryGetValue(access, out var known))
            return (node == None && EqualityComparer<TValue?>.Default.Equals(known, value)) || Contradict(access, node);
        if (_nodes.Source[access] is var source and not None)
            return source == node || Contradict(access, node, source);
        if (node != None)
            return Link(access, node);
        _bases.Add(access, value);
        _unresolved.Add(access);
        return true;
    }

    private bool Link(int access, int node)
    {
        _nodes.Source[access] = node;
        _bounds.Require(_nodes.Operation[node]);
        if (_accesses[access].Effect == AccessEffect.None)
        {
            (_nodes.NextRead[access], _nodes.FirstRead[node]) = (_nodes.FirstRead[node], access);
            return true;
        }

        if (_nodes.Next[node] != None)
            return Contradict(access, node, _nodes.Next[node]);
        _nodes.Next[node] = access;
        return true;
    }

    /// <summary>What some accesses found or left cannot all be.</summary>
    /// <returns>False.</returns>
    private bool Contradict(params ReadOnlySpan<int> accesses)
    {
        foreach (var access in accesses)
            _bounds.Contradict(access == None ? None : _nodes.Operation[access]);
        return false;
    }

    /// <summary>
    /// Of each value that one access only can have made, the operations that certainly found it: nothing may overwrite
    /// it before they have taken effect.
    /// </summary>
    public void AddReaders(Dictionary<(string Key, string? Value), List<int>> readers)
    {
        if (_isOpaque || typeof(TValue) != typeof(string))
            return;
        foreach (var access in _all)
        {
            var node = _nodes.Source[access];
            if (node == None || ValueOf(node) is not { } value)
                continue;
            var key = (_accesses[access].Key, value.Item1);
            if (!readers.TryGetValue(key, out var found))
                readers.Add(key, found = []);
            found.Add(_nodes.Operation[access]);
        }
    }

    /// <summary>The value of a node if no other can have it.</summary>
    private ValueTuple<string?>? ValueOf(int node)
    {
        if (_grownTo.TryGetValue(node, out var grown))
            return new(grown);
        var value = node == _initialNode ? _initial : _accesses[node].Value;
        if ((node != _initialNode && _accesses[node].Effect != AccessEffect.Write)
            || WritersOf(value).Accesses.Count > 1
            || (_grown is not null && value is string { Length: > 0 } text && _grown.TakeApart(text).Ways != 1))
            return null;
        return new(value as string);
    }

    /// <summary>Draws the bounds closer; false when there is no room.</summary>
    public bool Tighten()
    {
        if (_isOpaque)
            return true;
        if (!_tasks.Tighten(_certainWriters))
            return false;
        var unresolved = new List<int>();
        for (var i = 0; i < _unresolved.Count; i++)
        {
            if (!_meter.LookEvery(i))
                return true;
            var access = _unresolved[i];
            var (count, node) = Candidates(access);
            if (count == 0)
            {
                var operation = _nodes.Operation[access];
                var low = _tasks.LatestLowBefore(_bounds.Low(operation));
                return _bounds.Contradict(operation, low, _bounds.High(operation));
            }

            if (count > 1)
                unresolved.Add(access);
            else if (!Link(access, node))
                return false;
            else
                continue;
            if (_accesses[access].Effect == AccessEffect.None)
                KeepOutOfZones(access);
        }

        _unresolved = unresolved;
        return true;
    }

    /// <summary>How many accesses can have left what another found (2: more than one), and one of them.</summary>
    private (int Count, int Node) Candidates(int access)
    {
        var writers = WritersOf(_bases[access]);
        var operation = _nodes.Operation[access];
        var overwrittenAt = _tasks.LatestLowBefore(_bounds.Low(operation));
        var count = 0;
        var found = None;
        var unknown = writers.FirstUnknown;
        if (unknown != None && IsCandidate(unknown))
            (count, found) = (1, unknown);
        var looks = 0;
        for (var i = writers.Accesses.Count - 1; i >= 0 && count < 2; i--)
        {
            if (writers.LatestReturns[i] < overwrittenAt)
                break;
            if (++looks > LooksMax)
                return (2, found);
            var writer = writers.Accesses[i];
            if (writer != unknown && IsCandidate(writer))
                (count, found) = (count + 1, writer);
        }

        return (count, found);

        bool IsCandidate(int writer)
        {
            var writing = _nodes.Operation[writer];
            if (writer == access
                || _bounds.Low(writing) > _bounds.High(operation)
                || _bounds.High(writing) < overwrittenAt)
                return false;
            var next = _nodes.Next[writer];
            return next == None
                || (_accesses[access].Effect == AccessEffect.None
                    && _bounds.High(_nodes.Operation[next]) > _bounds.Low(operation));
        }
    }

    /// <summary>A read takes place outside of what is certainly taken by other values.</summary>
    private void KeepOutOfZones(int access)
    {
        var operation = _nodes.Operation[access];
        if (_tasks.Around(_bounds.Low(operation)) is { } before && !MayHold(before, access))
            _bounds.Raise(operation, before.LastLow);
        if (_tasks.Around(_bounds.High(operation)) is { } behind && !MayHold(behind, access))
            _bounds.Lower(operation, behind.FirstHigh);
    }

    private bool MayHold(KeyTask task, int access)
    {
        var left = LooksMax;
        for (var node = task.Start; node != None; node = _nodes.Next[node])
        {
            if (--left == 0 || node == _initialNode || (_accesses[node].Effect == AccessEffect.Write
                && EqualityComparer<TValue?>.Default.Equals(_accesses[node].Value, _bases[access])))
                return true;
        }

        return false;
    }

    /// <summary>Who wrote one value, in the order of their calls.</summary>
    private sealed class ValueWriters
    {
        public List<int> Accesses { get; } = [];

        /// <summary>The latest return of each and those before.</summary>
        public List<int> LatestReturns { get; } = [];

        public int FirstUnknown { get; private set; } = None;

        /// <summary>When they were added last; see <see cref="BeginAdding"/>.</summary>
        public int AddedIn { get; set; }

        public void Add(int access, int returnAt)
        {
            if (returnAt == int.MaxValue && FirstUnknown == None)
                FirstUnknown = access;
            LatestReturns.Add(LatestReturns.Count == 0 ? returnAt : Math.Max(returnAt, LatestReturns[^1]));
            Accesses.Add(access);
        }
    }
}
