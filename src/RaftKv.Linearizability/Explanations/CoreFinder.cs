using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Explanations;

/// <summary>Finds a minimal core of an illegal history: leaves out what is not needed, half by half.</summary>
internal sealed class CoreFinder<TState, TInput, TOutput>(
    IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, BudgetMeter meter)
    where TInput : notnull
{
    // What a single attempt to do without some operations may cost; beyond it they stay in.
    private const long AttemptSteps = 1 << 17;

    // What looking for a core within its own time may cost.
    private const long WindowSteps = 1 << 20;

    // The first cut may cost more: all others follow from it.
    private const long EndSteps = 1 << 18;
    private const int ShortestEnd = 8;

    // What all attempts together may cost, about a second; an operation in each counts as a step.
    private long _stepsLeft = 1 << 21;
    private bool _looksForCore;

    /// <summary>After <see cref="Find"/>: a return by which the history is illegal, if that was looked for.</summary>
    public long IllegalBy { get; private set; } = long.MaxValue;

    /// <summary>The core in the order of calls; null when the history is not known to be illegal.</summary>
    public int[]? Find()
    {
        foreach (var part in Parts.Split(model, history))
        {
            var operations = Array.ConvertAll(part, index => history[index]);
            var core = FromValues(operations) ?? FromStaleRead(operations);
            var proved = new ProvedPrefix();
            if (core is null && Checker.Decide(model, operations, meter, proved: proved) != Verdict.Illegal)
                continue;
            if (core is null)
            {
                IllegalBy = proved.IllegalBy ?? EndOfShortestIllegalPrefix(operations);
                core = Minimise(operations, IllegalBy);
                if (core.Count > Sentence.ToldMax)
                    core = Within(operations) ?? core;
            }

            return [.. core.OrderBy(index => operations[index].Call).Select(index => part[index])];
        }

        return null;
    }

    /// <summary>After <see cref="Find"/>: the time of the first call, if the core holds within its own time only.
    /// </summary>
    public long? From { get; private set; }

    /// <summary>Few operations that cannot all be whatever was before; null: there are none.</summary>
    private List<int>? Within(Operation<TInput, TOutput>[] operations)
    {
        _stepsLeft = WindowSteps;
        var finder = new WindowFinder<TState, TInput, TOutput>(
            model, operations, (start, few) => IsIllegal(start, few, AttemptSteps));
        var core = finder.Find(IllegalBy);
        From = core?.Min(index => operations[index].Call);
        return core;
    }

    /// <summary>The first return that makes the history illegal; null when it is not known to be.</summary>
    public long? FirstImpossibleReturn()
    {
        long? first = null;
        foreach (var part in Parts.Split(model, history))
        {
            var operations = Array.ConvertAll(part, index => history[index]);
            if (Checker.Decide(model, operations, meter) == Verdict.Illegal)
                first = Math.Min(first ?? long.MaxValue, EndOfShortestIllegalPrefix(operations));
        }

        return first;
    }

    /// <summary>
    /// The core when the values tell it: what contradicts each other, without what can be spared of that alone. Null
    /// when they do not, or when that needs some of the others, too.
    /// </summary>
    private List<int>? FromValues(Operation<TInput, TOutput>[] operations)
    {
        if (model is not ICellModel<TInput, TOutput> cells)
            return null;
        var part = Part.Create(operations, [.. Enumerable.Range(0, operations.Length)]);
        if (cells.FindChains(operations, part).Chains is not { } chains)
            return null;
        var zones = new ZoneTest(part, chains);
        if (zones.Run() != Verdict.Illegal)
            return null;
        var evidence = zones.Evidence.Select(operation => part.Source[operation]).ToArray();
        var few = Array.ConvertAll(evidence, index => operations[index]);
        if (!IsIllegal([.. few]))
            return null;
        var core = Minimise(few, long.MaxValue).ConvertAll(index => evidence[index]);
        return IsIllegal(Relaxation.Outside(model, operations, core.ToHashSet())) ? core : null;
    }

    private List<int>? FromStaleRead(Operation<TInput, TOutput>[] operations)
    {
        if (model is not ICellModel<TInput, TOutput> cells
            || cells.FindStaleCore(operations) is not var (core, isWithin))
            return null;
        IllegalBy = operations[core[^1]].Return;
        From = isWithin ? core.Min(index => operations[index].Call) : null;
        return core;
    }

    /// <summary>The time up to which the operations that returned make the history illegal already.</summary>
    private long EndOfShortestIllegalPrefix(Operation<TInput, TOutput>[] operations)
    {
        var returns = operations.Where(one => one.Outcome.IsKnown).Select(one => one.Return).Order().ToArray();
        int low = 0, high = returns.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (IsIllegal(Until(operations, returns[middle])))
                high = middle;
            else
                low = middle + 1;
        }

        return returns[high];
    }

    private static List<Operation<TInput, TOutput>> Until(Operation<TInput, TOutput>[] operations, long end)
    {
        var prefix = new List<Operation<TInput, TOutput>>();
        foreach (var operation in operations)
        {
            if (operation.Outcome.IsKnown && operation.Return <= end)
                prefix.Add(operation);
            else if (operation.Call <= end)
                prefix.Add(new(operation.Client, operation.Input, operation.Call));
        }

        return prefix;
    }

    private List<int> Minimise(Operation<TInput, TOutput>[] operations, long end)
    {
        _looksForCore = true;
        var core = ShortestIllegalEnd(operations, end);

        // Reads go first: writes and the one read that contradicts them are the easiest to understand.
        var reads = core.FindAll(i => IsReadOnly(operations[i]));
        var writes = core.FindAll(i => !IsReadOnly(operations[i]));
        reads = Spare(operations, reads, writes);
        writes = Spare(operations, writes, reads);
        return [.. reads, .. writes];
    }

    /// <summary>Of the operations up to a time the last ones that are illegal already: 8 or 16 or 32….</summary>
    private List<int> ShortestIllegalEnd(Operation<TInput, TOutput>[] operations, long end)
    {
        var byCall = Enumerable.Range(0, operations.Length)
            .Where(i => operations[i].Call <= end)
            .OrderBy(i => operations[i].Call)
            .ToList();
        for (var size = ShortestEnd; size < 2 * byCall.Count; size *= 2)
        {
            var last = byCall[^Math.Min(size, byCall.Count)..];
            if (IsIllegal(Relaxation.Outside(model, operations, last.ToHashSet()), EndSteps))
                return last;
        }

        return [.. Enumerable.Range(0, operations.Length)];
    }

    /// <summary>Leaves out what is not needed among some operations while others stay.</summary>
    private List<int> Spare(Operation<TInput, TOutput>[] operations, List<int> some, List<int> others)
    {
        for (var size = (some.Count + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        {
            for (var start = 0; start < some.Count && !meter.IsExhausted && _stepsLeft > 0;)
            {
                var without = new List<int>(some);
                without.RemoveRange(start, Math.Min(size, some.Count - start));
                if (IsIllegal(Relaxation.Outside(model, operations, without.Concat(others).ToHashSet())))
                    some = without;
                else
                    start += size;
            }
        }

        return some;
    }

    private bool IsReadOnly(in Operation<TInput, TOutput> operation) =>
        model.IsReadOnly(operation.Input, operation.Outcome);

    private bool IsIllegal(List<Operation<TInput, TOutput>> operations, long steps = AttemptSteps) =>
        IsIllegal(model, [.. operations], steps);

    private bool IsIllegal(
        IModel<TState, TInput, TOutput> from, Operation<TInput, TOutput>[] operations, long steps)
    {
        if (_stepsLeft <= 0)
            return false;
        var attempt = meter.Share(Math.Min(steps, _stepsLeft));
        var verdict = Checker.Decide(from, operations, attempt);
        meter.Spend(attempt.Steps + operations.Length);
        if (_looksForCore)
            _stepsLeft -= attempt.Steps + operations.Length;
        return verdict == Verdict.Illegal;
    }
}
