using RaftKv.Linearizability.Explanations;
using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability;

/// <summary>Decides whether a history of concurrent operations is linearizable.</summary>
public static class Checker
{
    // Turns this short decide nearly every part, so that one hard part does not hide an illegal easy one.
    private const long FirstTurnSteps = 1 << 12;

    // What the events of a part and the chains of its values take for each operation.
    private const int TableBytes = 128;

    /// <summary>Checks a history against a model.</summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="budget">What the check may spend; null: as much as it needs.</param>
    /// <returns>
    /// A verdict that is always right; <see cref="Verdict.Unknown"/> only when <paramref name="budget"/> ran out.
    /// </returns>
    /// <exception cref="ArgumentException">The budget has a time but no clock.</exception>
    public static CheckResult Check<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        Budget? budget = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        var meter = new BudgetMeter(budget ?? Budget.Unlimited);
        var proved = new ProvedPrefix();
        var verdict = Decide(model, AsArray(history), meter, proved: proved);
        return new CheckResult
        {
            Verdict = verdict,
            Steps = meter.Steps,
            ProvedUntil = verdict == Verdict.Unknown ? proved.Until : null,
        };
    }

    /// <summary>Explains why a history is illegal: by a few operations that cannot all be, whatever the others did.
    /// </summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="budget">What finding the few may spend; when it runs out, they are more than are needed.</param>
    /// <returns>The explanation; null when the history is not known to be illegal within the budget.</returns>
    /// <exception cref="ArgumentException">The budget has a time but no clock.</exception>
    public static Explanation? Explain<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        Budget? budget = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        var meter = new BudgetMeter(budget ?? Budget.Unlimited);
        return new CoreFinder<TState, TInput, TOutput>(model, AsArray(history), meter).Explain();
    }

    /// <summary>Finds an order of the operations that explains every answer; <see cref="Verifier"/> can check it.
    /// </summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="budget">What the search may spend; null: as much as it needs.</param>
    /// <returns>
    /// The operations that take effect, as indexes into the history: all of known outcome and some of the others. Null
    /// when the history is not known to be linearizable within the budget.
    /// </returns>
    /// <exception cref="ArgumentException">The budget has a time but no clock.</exception>
    public static IReadOnlyList<int>? Linearize<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        Budget? budget = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        var operations = AsArray(history);
        var orders = new List<IEnumerable<int>>();
        var meter = new BudgetMeter(budget ?? Budget.Unlimited);
        return Decide(model, operations, meter, orders) == Verdict.Linearizable
            ? Merging.Merge(operations, orders)
            : null;
    }

    /// <summary>Finds the first answer that makes a history illegal.</summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations, in any order.</param>
    /// <param name="budget">What the search may spend; null: as much as it needs.</param>
    /// <returns>When it arrived; null when the history is not known to be illegal within the budget.</returns>
    /// <exception cref="ArgumentException">The budget has a time but no clock.</exception>
    public static long? FirstImpossibleReturn<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        Budget? budget = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        var meter = new BudgetMeter(budget ?? Budget.Unlimited);
        return new CoreFinder<TState, TInput, TOutput>(model, AsArray(history), meter).FirstImpossibleReturn();
    }

    private static Operation<TInput, TOutput>[] AsArray<TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history) =>
        history as Operation<TInput, TOutput>[] ?? [.. history];

    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations.</param>
    /// <param name="meter">What the check may spend.</param>
    /// <param name="orders">Where to put the order of each part; null: nowhere.</param>
    /// <param name="proved">Where to put how far an undecided history is proved; null: nowhere.</param>
    /// <param name="refuted">Where to put why an illegal history is illegal; null: nowhere.</param>
    internal static Verdict Decide<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        BudgetMeter meter,
        List<IEnumerable<int>>? orders = null,
        ProvedPrefix? proved = null,
        Refutation? refuted = null)
        where TInput : notnull
    {
        var undecided = new List<PartSearch>();
        foreach (var operations in Parts.Split(model, history, meter))
        {
            var part = meter.Look() ? Part.Create(history, operations) : null;
            var verdict = part is null ? Verdict.Unknown : DecideByValues(model, history, part, meter, orders, refuted);
            var closer = new List<(Part All, Part? Seen)>();
            if (verdict == Verdict.Unknown && part is not null)
                verdict = Tighten(model, history, part, meter, closer, refuted);
            if (verdict == Verdict.Illegal)
                return verdict;
            if (verdict == Verdict.Unknown && !meter.Look())
            {
                proved?.Nothing();
                return verdict;
            }

            foreach (var (one, seen) in closer)
            {
                verdict = one.Original is null
                    ? Verdict.Unknown
                    : DecideByValues(model, history, one, meter, orders, refuted);
                if (verdict == Verdict.Illegal)
                    return verdict;
                if (verdict == Verdict.Unknown)
                {
                    var hopeful = seen is null ? null : Search(seen, null);
                    undecided.Add(Search(one, hopeful));
                }
            }
        }

        PartSearch Search(Part part, PartSearch? hopeful) =>
            new(part, new StateSpace<TState, TInput, TOutput>(model, history, part, meter), meter, hopeful);

        for (var turn = FirstTurnSteps; undecided.Count > 0; turn *= 2)
        {
            for (var i = undecided.Count - 1; i >= 0; i--)
            {
                var verdict = undecided[i].Run(turn);
                if (verdict == Verdict.Illegal)
                {
                    refuted?.Refute(undecided[i].Part, undecided[i].RefutedAt);
                    return Verdict.Illegal;
                }

                if (verdict == Verdict.Linearizable)
                {
                    orders?.Add(undecided[i].Order());
                    undecided[i].Release();
                    undecided.RemoveAt(i);
                }
                else if (meter.IsExhausted)
                {
                    foreach (var search in undecided)
                        proved?.Add(history, search.Part, search.Explained);
                    return Verdict.Unknown;
                }
            }
        }

        return Verdict.Linearizable;
    }

    /// <summary>Draws the intervals of a part closer, and splits what is left of it.</summary>
    private static Verdict Tighten<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        Part part,
        BudgetMeter meter,
        List<(Part All, Part? Seen)> closer,
        Refutation? refuted)
        where TInput : notnull
    {
        var (verdict, result, evidence) = model is IAccessModel<TInput, TOutput> accesses
            ? accesses.Tighten(history, part, meter)
            : (Verdict.Unknown, null, []);
        if (verdict == Verdict.Illegal)
        {
            refuted?.Refute(part, evidence);
            return verdict;
        }

        if (result is not { } tightened)
        {
            closer.Add((part, null));
            return verdict;
        }

        int[] left = [.. Enumerable.Range(0, part.Count).Where(operation => tightened.IsLeft[operation])];
        foreach (var some in Parts.Split(model, Array.ConvertAll(left, operation => history[part.Source[operation]])))
        {
            var all = Array.ConvertAll(some, index => left[index]);
            var seen = Array.FindAll(all, operation => tightened.IsSeen[operation]);
            var isSame = seen.Length == all.Length || seen.Length == 0;
            closer.Add((
                tightened.Bounds.ToPart(all, tightened.Readers),
                isSame ? null : tightened.Bounds.ToPart(seen, tightened.Readers)));
        }

        return verdict;
    }

    /// <summary>Decides a part when its values tell the order of what happened to them.</summary>
    private static Verdict DecideByValues<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        Part part,
        BudgetMeter meter,
        List<IEnumerable<int>>? orders,
        Refutation? refuted)
        where TInput : notnull
    {
        var tables = TableBytes * (long)part.Count;
        if (model is not ICellModel<TInput, TOutput> cells || !meter.TryReserve(tables))
            return Verdict.Unknown;
        var (verdict, chains, evidence) = cells.FindChains(history, part, meter);
        if (verdict == Verdict.Illegal)
            refuted?.Refute(part, evidence, isOfUniqueValues: true);
        if (verdict == Verdict.Unknown && !meter.IsExhausted && cells.FindStaleRead(history, part) is { } stale)
        {
            verdict = Verdict.Illegal;
            refuted?.Refute(part, stale.Shows < 0 ? [stale.Read] : [stale.Read, stale.Shows], stale);
        }

        if (chains is not null)
        {
            var zones = meter.Look() ? new ZoneTest(part, chains) : null;
            verdict = zones?.Run() ?? Verdict.Unknown;
            if (verdict == Verdict.Illegal)
                refuted?.Refute(part, zones!.Evidence, isOfUniqueValues: true);
            if (verdict == Verdict.Linearizable)
                orders?.Add(zones!.Order().Select(operation => part.Source[operation]));
        }

        meter.Reserve(-tables);
        return verdict;
    }
}
