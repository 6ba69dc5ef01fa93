using System.Numerics;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Finds a core of operations of one kind that are more than can be: each leads from one state to another, as an
/// acquire from free to taken, and needs one of the others to lead back before the next. All others that lead out of
/// that state lead back at once, so that one operation less could be: the core is minimal without any trial.
/// </summary>
internal sealed class CountedCore<TState, TInput, TOutput>(FewStates<TState, TInput, TOutput> states, Part part)
    where TInput : notnull
{
    private const ulong Initial = 1;

    /// <summary>The smallest found, up to an event or in the whole part; null: none.</summary>
    public Counted? Find(int end)
    {
        Counted? found = null;
        for (var kind = 0; kind < states.KindCount; kind++)
        {
            if (Counts(kind) is not var (before, after, counts, leadsBack))
                continue;
            Look(Within(end, counts, leadsBack));
            Look(Within(part.Events.Length, counts, leadsBack));
            Look(Ever(before, after, counts, leadsBack));
        }

        return states.HasOthers ? null : found;

        void Look(Counted? counted) =>
            found = counted?.Core.Count < (found?.Core.Count ?? int.MaxValue) ? counted : found;
    }

    /// <summary>Which operations are of a kind that can be counted, and which of the others lead back.</summary>
    private (ulong Before, ulong After, bool[] Counts, bool[] LeadsBack)? Counts(int kind)
    {
        var counts = new bool[part.Count];
        var (before, after) = (0UL, 0UL);
        for (var operation = 0; operation < part.Count; operation++)
        {
            if (states.Kinds[operation] != kind || part.IsUnknown(operation))
                continue;
            counts[operation] = true;
            after |= states.After(operation, states.All);
            for (var some = states.All; some != 0; some &= some - 1)
                before |= states.After(operation, some & ~(some - 1)) == 0 ? 0 : some & ~(some - 1);
        }

        if (BitOperations.PopCount(before) != 1 || BitOperations.PopCount(after) != 1 || before == after)
            return null;
        var kinds = new bool[states.KindCount];
        for (var other = 0; other < kinds.Length; other++)
        {
            var led = states.AfterKind(other, after);
            kinds[other] = led == before;
            if (led != 0 && led != before && led != after)
                return null;
        }

        return kinds[kind]
            ? null
            : (before, after, counts, Array.ConvertAll(states.Kinds, other => other >= 0 && kinds[other]));
    }

    /// <summary>
    /// Those of the shortest time in which they are two more than the others that may take effect in it: one can be
    /// before all of these.
    /// </summary>
    private Counted? Within(int end, bool[] counts, bool[] leadsBack)
    {
        for (var from = -1; ;)
        {
            if (Begin(end) is not { } begin)
                return null;
            if (begin == from)
            {
                return new(
                    [.. Enumerable.Range(0, part.Count).Where(operation => counts[operation]
                        && part.CallAt[operation] >= from && part.ReturnAt[operation] <= end)],
                    IsWithin: true,
                    OneMore: true);
            }

            (from, end) = (begin, End(begin));
        }

        // The latest event since which they are too many, where the end is one.
        int? Begin(int end)
        {
            var excess = -Enumerable.Range(0, part.Count).Count(operation =>
                leadsBack[operation] && part.CallAt[operation] <= end && part.ReturnAt[operation] > end);
            for (var at = Math.Min(end, part.Events.Length - 1); at >= 0; at--)
            {
                var isCall = part.Events[at] >= 0;
                var operation = isCall ? part.Events[at] : ~part.Events[at];
                if (isCall && counts[operation] && part.ReturnAt[operation] <= end)
                    excess++;
                else if (!isCall && leadsBack[operation])
                    excess--;
                if (excess == 2)
                    return at;
            }

            return null;
        }

        // The first event up to which they are too many.
        int End(int begin)
        {
            var excess = -Enumerable.Range(0, part.Count).Count(operation =>
                leadsBack[operation] && part.CallAt[operation] < begin && part.ReturnAt[operation] >= begin);
            for (var at = begin; ; at++)
            {
                var isCall = part.Events[at] >= 0;
                var operation = isCall ? part.Events[at] : ~part.Events[at];
                if (isCall && leadsBack[operation])
                    excess--;
                else if (!isCall && counts[operation] && part.CallAt[operation] >= begin)
                    excess++;
                if (excess == 2)
                    return at;
            }
        }
    }

    /// <summary>As many as are too many whenever the others take effect.</summary>
    private static Counted? Ever(ulong before, ulong after, bool[] counts, bool[] leadsBack)
    {
        var most = leadsBack.Count(leads => leads) + (before == Initial ? 1 : 0);
        return (before != Initial && after != Initial) || counts.Count(isOne => isOne) <= most
            ? null
            : new(
                [.. Enumerable.Range(0, counts.Length).Where(operation => counts[operation]).Take(most + 1)],
                IsWithin: false,
                before == Initial);
    }
}

/// <summary>Operations that are more than can be.</summary>
/// <param name="Core">The operations.</param>
/// <param name="IsWithin">Whether they are within their own time only.</param>
/// <param name="OneMore">Whether one more can be than there are others that help them.</param>
internal sealed record Counted(List<int> Core, bool IsWithin, bool OneMore)
{
    /// <summary>How many of the others help them.</summary>
    public int Helpers => Core.Count - (OneMore ? 2 : 1);
}
