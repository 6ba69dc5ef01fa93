using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability;

/// <summary>Decides whether a history of concurrent operations is linearizable.</summary>
public static class Checker
{
    // A first round this short decides nearly every part, so that one hard part cannot hide an illegal easy one.
    private const long FirstRoundSteps = 1 << 14;

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
        var undecided = Parts.Split(model, history);
        foreach (var limit in (ReadOnlySpan<long>)[FirstRoundSteps, long.MaxValue])
        {
            var still = new List<int[]>();
            foreach (var operations in undecided)
            {
                switch (CheckPart(model, history, operations, meter, limit))
                {
                    case Verdict.Illegal:
                        return new CheckResult { Verdict = Verdict.Illegal, Steps = meter.Steps };
                    case Verdict.Unknown:
                        still.Add(operations);
                        break;
                }
            }

            undecided = still;
        }

        var verdict = undecided.Count == 0 ? Verdict.Linearizable : Verdict.Unknown;
        return new CheckResult { Verdict = verdict, Steps = meter.Steps };
    }

    private static Verdict CheckPart<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        int[] operations,
        BudgetMeter meter,
        long stepLimit)
        where TInput : notnull
    {
        if (meter.IsExhausted)
            return Verdict.Unknown;
        var part = Part.Create(history, operations);
        if (model is ICellModel<TState, TInput, TOutput> cell)
        {
            var (verdict, chains) = ChainFinder.Find(cell, history, part);
            if (chains is not null)
                verdict = new ZoneTest(part, chains).Run();
            if (verdict != Verdict.Unknown)
                return verdict;
        }

        var space = new StateSpace<TState, TInput, TOutput>(model);
        return new DepthFirstSearch(part, space.Classify(history, part), space, meter).Run(stepLimit);
    }
}
