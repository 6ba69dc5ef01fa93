using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Finds a minimal core of an illegal history: begins where the check found it to be illegal, and leaves out what is
/// not needed, half by half.
/// </summary>
internal sealed class CoreFinder<TState, TInput, TOutput>(
    IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, BudgetMeter meter)
    where TInput : notnull
{
    // What a single attempt to do without some operations may cost; beyond it they stay in.
    private const long AttemptSteps = 1 << 17;

    // The first cut may cost more: all others follow from it.
    private const long EndSteps = 1 << 18;
    private const int ShortestEnd = 8;

    // Evidence of more operations than this is no better than the search for a core from its end.
    private const int EvidenceMax = 64;

    // So many operations of few states may be a matter of counting, and are too many to be tried in several ways.
    private const int Many = 32;

    // What trials in few states may cost together, about a millisecond, where the verdict did not cost more.
    private const long TrialSteps = 1 << 13;

    // What all attempts together may cost, about a second; an operation in each counts as a step.
    private const long SearchSteps = 1 << 21;

    private long _stepsLeft = SearchSteps;
    private bool _isMinimal = true;

    private Suppliers? _suppliers;

    // The operations of the part that is illegal, by their number in it: in the order of their calls.
    private Operation<TInput, TOutput>[] _operations = [];
    private long _illegalBy = long.MaxValue;

    /// <summary>The explanation; null when the history is not known to be illegal.</summary>
    public Explanation? Explain()
    {
        var refuted = new Refutation();
        if (Checker.Decide(model, history, meter, refuted: refuted) != Verdict.Illegal)
            return null;
        _operations = Array.ConvertAll(refuted.Part.Source, index => history[index]);
        var isWithin = false;
        Counted? counted = null;
        var core = FromStaleRead(refuted, out isWithin)
            ?? (refuted.IsOfUniqueValues ? FromEvidence(refuted) : null)
            ?? FromFewStates(refuted, out isWithin, out counted)
            ?? (refuted.IsOfUniqueValues ? null : FromEvidence(refuted))
            ?? FromSearch(refuted);
        core.Sort();
        var few = core.ConvertAll(operation => _operations[operation]).ToArray();
        long? from = isWithin ? few[0].Call : null;
        return new Explanation
        {
            Core = [.. core.Select(operation => refuted.Part.Source[operation])],
            From = from,
            IsMinimal = _isMinimal,
            Sentence = Sentence.Of(model, few, _illegalBy, from, counted) + (_isMinimal ? "" : Sentence.NotMinimal),
        };
    }

    /// <summary>The first return that makes the history illegal; null when it is not known to be.</summary>
    public long? FirstImpossibleReturn()
    {
        long? first = null;
        foreach (var part in Parts.Split(model, history))
        {
            _operations = Array.ConvertAll(part, index => history[index]);
            if (Checker.Decide(model, _operations, meter) == Verdict.Illegal)
                first = Math.Min(first ?? long.MaxValue, EndOfShortestIllegalPrefix());
        }

        return first;
    }

    private List<int>? FromStaleRead(Refutation refuted, out bool isWithin)
    {
        isWithin = false;
        if (refuted.Stale is not { } stale
            || ((ICellModel<TInput, TOutput>)model).StaleCore(_operations, stale) is not { } found)
            return null;
        (var core, isWithin) = found;
        return core;
    }

    /// <summary>
    /// A core of what the check found to contradict each other, if need be with those that may have made what these
    /// found.
    /// </summary>
    private List<int>? FromEvidence(Refutation refuted)
    {
        List<int> evidence = [.. refuted.Evidence];
        evidence.RemoveAll(operation => FindSuppliers()?.FindsAny(operation) == true);
        if (evidence.Count == 0)
            return null;
        if (!IsCore(evidence))
        {
            evidence.AddRange(FindSuppliers()?.Of(evidence) ?? []);
            if (evidence.Count > EvidenceMax || !IsCore(evidence))
                return null;
        }

        FindSuppliers()?.Narrow(evidence);
        return Spare(evidence, IsCore);
    }

    private Suppliers? FindSuppliers() =>
        _suppliers ??= (model as IAccessModel<TInput, TOutput>)?.FindSuppliers(_operations, IsReadOnly);

    /// <summary>
    /// A core among the last operations up to where a search found no order, where the states are few: one that holds
    /// within its own time if that is the first found, or one that is a matter of counting.
    /// </summary>
    private List<int>? FromFewStates(Refutation refuted, out bool isWithin, out Counted? counted)
    {
        (isWithin, counted) = (false, null);
        Counted? many = null;
        if (FewStates<TState, TInput, TOutput>.Find(model, _operations) is not { } states)
            return null;
        var end = refuted.At ?? refuted.Part.Events.Length;
        _stepsLeft = Math.Max(TrialSteps, 2 * meter.Steps);
        var trial = new CoreTrial<TState, TInput, TOutput>(states, refuted.Part);
        for (var size = 2; !meter.IsExhausted; size *= 2)
        {
            if (size == Many)
                many = new CountedCore<TState, TInput, TOutput>(states, refuted.Part).Find(end);
            if (many?.Core.Count <= size)
            {
                (counted, isWithin, _isMinimal) = (many, many.IsWithin, true);
                return many.Core;
            }

            if (IsCore(Last(size)))
                return Finish(Spare(Last(Shortest(size, few => IsCore(Last(few)))), IsCore));
            isWithin = true;
            if (IsCoreWithin(LastReturned(size)))
            {
                var few = size < Many ? size : Shortest(size, fewer => IsCoreWithin(LastReturned(fewer)));
                var core = LastReturned(few);

                // A shorter time has fewer others in it: what was needed may be so no more.
                core = Spare(core, IsCoreWithin);
                for (var before = int.MaxValue; core.Count < before;)
                {
                    _isMinimal = true;
                    (before, core) = (core.Count, Spare(core, [], IsCoreWithin, sizeMax: 1));
                }

                return Finish(core);
            }

            isWithin = false;
            if (size >= _operations.Length)
                break;
        }

        _stepsLeft = SearchSteps;
        return null;

        List<int> Last(int size) => LastBefore(refuted, size);

        List<int> LastReturned(int size) => Last(size).FindAll(operation => refuted.Part.ReturnAt[operation] <= end);

        List<int> Finish(List<int> core)
        {
            if (refuted.At is { } at)
                _illegalBy = _operations[~refuted.Part.Events[at]].Return;
            return core;
        }

        bool IsCore(List<int> core) => Try(core, isWithin: false);

        bool IsCoreWithin(List<int> core) => Try(core, isWithin: true);

        bool Try(List<int> core, bool isWithin)
        {
            if (core.Count == 0)
                return false;
            var before = trial.Steps;
            core.Sort();
            var isIllegal = trial.IsIllegal(core, isWithin);
            Spend(trial.Steps - before);
            _isMinimal &= trial.IsExact;
            return isIllegal;
        }
    }

    /// <summary>Of the operations up to where a search found no order the last ones that are illegal already.</summary>
    private List<int> FromSearch(Refutation refuted)
    {
        _illegalBy = refuted.At is { } at
            ? _operations[~refuted.Part.Events[at]].Return
            : EndOfShortestIllegalPrefix();
        // First those that tell what they found: few others can help them.
        foreach (var mustTell in FindSuppliers() is null ? [false] : new[] { true, false })
        {
            for (var size = ShortestEnd; size < 2 * _operations.Length; size *= 2)
            {
                var last = LastBefore(refuted, size);
                if (mustTell)
                    last.RemoveAll(FindSuppliers()!.FindsAny);
                if (!IsCore(last, EndSteps))
                    continue;
                FindSuppliers()?.Narrow(last);
                return Spare(last, IsCore);
            }
        }

        return Spare([.. Enumerable.Range(0, _operations.Length)], IsCore);
    }

    private bool IsCore(List<int> core) => IsCore(core, AttemptSteps);

    private bool IsCore(List<int> core, long steps) => IsIllegal(
        FindSuppliers() is { } suppliers
            ? Relaxation.Outside(_operations, core, suppliers.Of(core))
            : Relaxation.Outside(model, _operations, core.ToHashSet()),
        steps);

    /// <summary>The least size of a core among the last operations when half of so many are none.</summary>
    private int Shortest(int size, Predicate<int> isCore)
    {
        for (var tooFew = size / 2; size - tooFew > 1 && _stepsLeft > 0;)
        {
            var middle = (size + tooFew) / 2;
            if (isCore(middle))
                size = middle;
            else
                tooFew = middle;
        }

        return size;
    }

    /// <summary>The last operations that were called before the event that no order explained.</summary>
    private static List<int> LastBefore(Refutation refuted, int size)
    {
        var end = refuted.At ?? refuted.Part.Events.Length;
        var count = Array.BinarySearch(refuted.Part.CallAt, end);
        count = count < 0 ? ~count : count;
        return [.. Enumerable.Range(Math.Max(0, count - size), Math.Min(size, count))];
    }

    /// <summary>The time up to which the operations that returned make the history illegal already.</summary>
    private long EndOfShortestIllegalPrefix()
    {
        var returns = _operations.Where(one => one.Outcome.IsKnown).Select(one => one.Return).Order().ToArray();
        int low = 0, high = returns.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (IsIllegal(Until(_operations, returns[middle]), AttemptSteps))
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

    /// <summary>
    /// Leaves out what is not needed. Reads go first: writes and the one read that contradicts them are the easiest to
    /// understand.
    /// </summary>
    private List<int> Spare(List<int> core, Predicate<List<int>> isCore)
    {
        // Whatever was tried to find this one.
        _isMinimal = true;
        var reads = core.FindAll(operation => IsReadOnly(_operations[operation]));
        var writes = core.FindAll(operation => !IsReadOnly(_operations[operation]));
        reads = Spare(reads, writes, isCore);
        return [.. reads, .. Spare(writes, reads, isCore)];
    }

    private bool IsReadOnly(Operation<TInput, TOutput> operation) =>
        model.IsReadOnly(operation.Input, operation.Outcome);

    /// <summary>Leaves out what is not needed among some operations while others stay.</summary>
    private List<int> Spare(
        List<int> some, List<int> others, Predicate<List<int>> isCore, int sizeMax = int.MaxValue)
    {
        for (var size = Math.Min(sizeMax, (some.Count + 1) / 2); size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        {
            for (var start = 0; start < some.Count;)
            {
                if (meter.IsExhausted || _stepsLeft <= 0)
                {
                    _isMinimal = false;
                    return some;
                }

                var isMinimal = _isMinimal;
                var without = new List<int>(some);
                without.RemoveRange(start, Math.Min(size, some.Count - start));
                if (isCore([.. without, .. others]))
                    some = without;
                else
                    start += size;

                // Of more than one each is tried alone later.
                _isMinimal = size == 1 ? _isMinimal : isMinimal;
            }
        }

        return some;
    }

    private bool IsIllegal(List<Operation<TInput, TOutput>> operations, long steps)
    {
        if (_stepsLeft <= 0)
            return false;
        var attempt = meter.Share(Math.Min(steps, _stepsLeft));
        var verdict = Checker.Decide(model, [.. operations], attempt);
        _isMinimal &= verdict != Verdict.Unknown;
        Spend(attempt.Steps + operations.Count);
        return verdict == Verdict.Illegal;
    }

    private void Spend(long steps)
    {
        meter.Spend(steps);
        _stepsLeft -= steps;
    }
}
