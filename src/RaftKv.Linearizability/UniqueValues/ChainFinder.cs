using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.UniqueValues;

/// <summary>Finds the <see cref="Chains"/> of a part, if its values tell them.</summary>
internal static class ChainFinder
{
    /// <summary>
    /// The chains, and <see cref="Verdict.Linearizable"/>; <see cref="Verdict.Illegal"/> when no order gives these
    /// answers at all, and operations whose answers contradict each other; <see cref="Verdict.Unknown"/> when the
    /// values do not tell.
    /// </summary>
    public static (Verdict Verdict, Chains? Chains, IReadOnlyCollection<int> Evidence) Find<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        Part part,
        BudgetMeter? meter) =>
        new ChainFinder<TValue, TInput, TOutput>(model, history, part, meter).Find();
}

/// <summary>Finds the chains of one part.</summary>
internal sealed class ChainFinder<TValue, TInput, TOutput>(
    ICellModel<TValue, TInput, TOutput> model,
    Operation<TInput, TOutput>[] history,
    Part part,
    BudgetMeter? meter)
{
    private const int None = Chains.None;
    private readonly List<int> _appends = [];
    private readonly List<(int Operation, TValue? Value)> _readsOfOthers = [];
    private readonly CellEffect[] _effects = new CellEffect[part.Count];
    private readonly int[] _nodeOf = new int[part.Count];
    private readonly int[] _nextRead = new int[part.Count];
    private readonly Stack<int> _toVisit = new();
    private ValueNodes<TValue> _nodes = null!;
    private int[] _next = [];
    private int[] _firstRead = [];

    // Of each value the first operation that shows that it was there; none: nobody does.
    private int[] _observers = [];
    private int _observer;
    private readonly HashSet<int> _evidence = [];

    public (Verdict, Chains?, IReadOnlyCollection<int> Evidence) Find()
    {
        if (!AddWriters())
            return (Verdict.Unknown, null, []);
        for (var operation = 0; operation < _effects.Length; operation++)
        {
            if (meter?.LookEvery(operation) == false)
                return (Verdict.Unknown, null, []);
            _observer = operation;
            var verdict = part.IsUnknown(operation) ? Verdict.Linearizable : Observe(operation);
            while (verdict == Verdict.Linearizable && _toVisit.TryPop(out var node))
                verdict = Visit(node);
            if (verdict != Verdict.Linearizable)
                return (verdict, null, _evidence);
        }

        return ToChains();
    }

    private bool AddWriters()
    {
        var writers = 0;
        for (var i = 0; i < _effects.Length; i++)
        {
            if (meter?.LookEvery(i) == false)
                return false;
            _effects[i] = model.EffectOf(history[part.Source[i]]);
            if (_effects[i] == CellEffect.Beyond)
                return false;
            if (_effects[i] is CellEffect.Write or CellEffect.Swap or CellEffect.Append)
                writers++;
        }

        _nodes = model.Values(writers);
        Array.Fill(_nodeOf, None);
        for (var operation = 0; operation < _effects.Length; operation++)
        {
            if (_effects[operation] is CellEffect.Read or CellEffect.None)
                continue;
            var (effect, expected, value) = Operation(operation);
            switch (effect)
            {
                case CellEffect.Write or CellEffect.Swap:
                    _nodeOf[operation] = _nodes.Count;
                    if (!_nodes.TryWrite(value, operation))
                        return false;
                    break;
                case CellEffect.Append:
                    _appends.Add(operation);
                    if (!_nodes.TryAppend(value, operation))
                        return false;
                    break;
                case CellEffect.ReadOther:
                    _readsOfOthers.Add((operation, expected));
                    break;
            }
        }

        GrowTo(writers + 1);
        // Among appends, a value that nobody saw may still have been there.
        return _appends.Count == 0 || _readsOfOthers.Count == 0;
    }

    private CellOperation<TValue> Operation(int operation) => model.OperationOf(history[part.Source[operation]]);

    private Verdict Observe(int operation)
    {
        switch (_effects[operation])
        {
            case CellEffect.Read:
                var verdict = Require(Operation(operation).Expected, out var node);
                if (verdict == Verdict.Linearizable)
                    (_nextRead[operation], _firstRead[node]) = (_firstRead[node], operation);
                return verdict;
            case CellEffect.Swap:
                _toVisit.Push(_nodeOf[operation]);
                return Verdict.Linearizable;
            default:
                return Verdict.Linearizable;
        }
    }

    private Verdict Require(TValue? value, out int node)
    {
        node = _nodes.Find(value);
        if (node == ValueNodes<TValue>.Ambiguous)
            return Verdict.Unknown;
        if (node == None)
        {
            _evidence.Add(_observer);
            return Verdict.Illegal;
        }

        GrowTo(_nodes.Count);
        _toVisit.Push(node);
        return Verdict.Linearizable;
    }

    /// <summary>A value was there: so was what must have come before it.</summary>
    private Verdict Visit(int node)
    {
        GrowTo(_nodes.Count);
        if (_observers[node] != None)
            return Verdict.Linearizable;
        _observers[node] = _observer;
        var previous = _nodes.Previous(node);
        var writer = _nodes.Writer(node);
        if (writer != None && _effects[writer] == CellEffect.Swap)
        {
            if (Require(Operation(writer).Expected, out previous) is var verdict and not Verdict.Linearizable)
                return verdict;
        }

        if (previous == None)
            return Verdict.Linearizable;
        if (_next[previous] != None)
        {
            AddEvidence(node);
            AddEvidence(_next[previous]);
            return Verdict.Illegal;
        }

        _next[previous] = node;
        _toVisit.Push(previous);
        return Verdict.Linearizable;
    }

    private void GrowTo(int count)
    {
        if (count <= _next.Length)
            return;
        var known = _next.Length;
        var size = Math.Max(count, 2 * known);
        Array.Resize(ref _next, size);
        Array.Resize(ref _firstRead, size);
        Array.Resize(ref _observers, size);
        Array.Fill(_observers, None, known, size - known);
        Array.Fill(_next, None, known, size - known);
        Array.Fill(_firstRead, None, known, size - known);
    }

    /// <summary>A value was there for certain: by who found it, and by who made it.</summary>
    private void AddEvidence(int node)
    {
        foreach (var operation in new[] { _observers[node], _nodes.Writer(node) })
        {
            if (operation != None)
                _evidence.Add(operation);
        }
    }

    private (Verdict, Chains?, IReadOnlyCollection<int>) ToChains()
    {
        GrowTo(_nodes.Count);
        var starts = new List<int>(_nodes.Count) { 0 };
        var writer = new int[_nodes.Count];
        var seen = new bool[_effects.Length];
        for (var node = 0; node < writer.Length; node++)
        {
            writer[node] = _nodes.Writer(node);
            if (writer[node] == None)
                continue;
            seen[writer[node]] = IsSeen(node);
            var starting = _effects[writer[node]] == CellEffect.Write;
            if (starting && (IsSeen(node) || !part.IsUnknown(writer[node])))
                starts.Add(node);
        }

        // Values that must each come before the other are in no chain.
        var visited = _observers.Count(observer => observer != None);
        foreach (var start in starts)
        {
            for (var node = start; node != None; node = _next[node])
                visited -= IsSeen(node) ? 1 : 0;
        }

        if (visited != 0)
            return (Verdict.Illegal, null, []);
        var chains = new Chains
        {
            Starts = starts,
            Unread = _appends.FindAll(append => !seen[append] && !part.IsUnknown(append)),
            ReadsOfOthers = _readsOfOthers.ConvertAll(read => (read.Operation, _nodes.Find(read.Value))),
            Writer = writer,
            Next = _next,
            FirstRead = _firstRead,
            NextRead = _nextRead,
        };
        return (Verdict.Linearizable, chains, []);

        bool IsSeen(int node) => _observers[node] != None;
    }
}
