using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.UniqueValues;

/// <summary>Finds the <see cref="Chains"/> of a part, if its values tell them.</summary>
internal static class ChainFinder
{
    /// <summary>
    /// The chains, and <see cref="Verdict.Linearizable"/>; <see cref="Verdict.Illegal"/> when no order gives these
    /// answers at all; <see cref="Verdict.Unknown"/> when the values do not tell.
    /// </summary>
    public static (Verdict Verdict, Chains? Chains) Find<TValue, TInput, TOutput>(
        ICellModel<TValue, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history, Part part)
    {
        var operations = new CellOperation<TValue>[part.Count];
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = history[part.Source[i]];
            operations[i] = model.OperationOf(operation.Input, operation.Outcome);
        }

        return new ChainFinder<TValue>(model.Values(), operations, part).Find();
    }
}

/// <summary>Finds the chains of one part.</summary>
internal sealed class ChainFinder<TValue>(ValueNodes<TValue> nodes, CellOperation<TValue>[] operations, Part part)
{
    private const int None = Chains.None;
    private readonly List<int> _appends = [];
    private readonly List<(int Operation, TValue? Value)> _readsOfOthers = [];
    private readonly int[] _nodeOf = new int[operations.Length];
    private readonly int[] _nextRead = new int[operations.Length];
    private readonly Stack<int> _toVisit = new();
    private readonly List<int> _next = [];
    private readonly List<int> _firstRead = [];
    private readonly List<bool> _visited = [];

    public (Verdict, Chains?) Find()
    {
        if (!AddWriters())
            return (Verdict.Unknown, null);
        for (var operation = 0; operation < operations.Length; operation++)
        {
            var verdict = part.IsUnknown(operation) ? Verdict.Linearizable : Observe(operation);
            while (verdict == Verdict.Linearizable && _toVisit.TryPop(out var node))
                verdict = Visit(node);
            if (verdict != Verdict.Linearizable)
                return (verdict, null);
        }

        return ToChains();
    }

    private bool AddWriters()
    {
        Array.Fill(_nodeOf, None);
        for (var operation = 0; operation < operations.Length; operation++)
        {
            var (effect, expected, value) = operations[operation];
            switch (effect)
            {
                case CellEffect.Write or CellEffect.Swap:
                    _nodeOf[operation] = nodes.Count;
                    if (!nodes.TryWrite(value, operation))
                        return false;
                    break;
                case CellEffect.Append:
                    _appends.Add(operation);
                    if (!nodes.TryAppend(value, operation))
                        return false;
                    break;
                case CellEffect.Beyond:
                    return false;
                case CellEffect.ReadOther:
                    _readsOfOthers.Add((operation, expected));
                    break;
            }
        }

        // Among appends, a value that nobody saw may still have been there.
        return _appends.Count == 0 || _readsOfOthers.Count == 0;
    }

    private Verdict Observe(int operation)
    {
        switch (operations[operation].Effect)
        {
            case CellEffect.Read:
                var verdict = Require(operations[operation].Expected, out var node);
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
        node = nodes.Find(value);
        if (node == ValueNodes<TValue>.Ambiguous)
            return Verdict.Unknown;
        if (node == None)
            return Verdict.Illegal;
        GrowTo(nodes.Count);
        _toVisit.Push(node);
        return Verdict.Linearizable;
    }

    /// <summary>A value was there: so was what must have come before it.</summary>
    private Verdict Visit(int node)
    {
        GrowTo(nodes.Count);
        if (_visited[node])
            return Verdict.Linearizable;
        _visited[node] = true;
        var previous = nodes.Previous(node);
        var writer = nodes.Writer(node);
        if (writer != None && operations[writer].Effect == CellEffect.Swap)
        {
            if (Require(operations[writer].Expected, out previous) is var verdict and not Verdict.Linearizable)
                return verdict;
        }

        if (previous == None)
            return Verdict.Linearizable;
        if (_next[previous] != None)
            return Verdict.Illegal;
        _next[previous] = node;
        _toVisit.Push(previous);
        return Verdict.Linearizable;
    }

    private void GrowTo(int count)
    {
        while (_next.Count < count)
        {
            _next.Add(None);
            _firstRead.Add(None);
            _visited.Add(false);
        }
    }

    private (Verdict, Chains?) ToChains()
    {
        GrowTo(nodes.Count);
        var starts = new List<int> { 0 };
        var writer = new int[nodes.Count];
        var seen = new bool[operations.Length];
        for (var node = 0; node < writer.Length; node++)
        {
            writer[node] = nodes.Writer(node);
            if (writer[node] == None)
                continue;
            seen[writer[node]] = _visited[node];
            var starting = operations[writer[node]].Effect == CellEffect.Write;
            if (starting && (_visited[node] || !part.IsUnknown(writer[node])))
                starts.Add(node);
        }

        // Values that must each come before the other are in no chain.
        var visited = _visited.Count(visited => visited);
        foreach (var start in starts)
        {
            for (var node = start; node != None; node = _next[node])
                visited -= _visited[node] ? 1 : 0;
        }

        if (visited != 0)
            return (Verdict.Illegal, null);
        return (Verdict.Linearizable, new Chains
        {
            Starts = starts,
            Unread = _appends.FindAll(append => !seen[append] && !part.IsUnknown(append)),
            ReadsOfOthers = _readsOfOthers.ConvertAll(read => (read.Operation, nodes.Find(read.Value))),
            Writer = writer,
            Next = [.. _next],
            FirstRead = [.. _firstRead],
            NextRead = _nextRead,
        });
    }
}
