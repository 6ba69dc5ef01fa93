using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>Falsifies the answer of one get.</summary>
internal static class WrongRead
{
    /// <summary>Injects a fault, if it is one of reads.</summary>
    /// <exception cref="InvalidOperationException">There is no get that could be falsified so.</exception>
    public static void Inject(List<Operation<KvInput, KvOutput>> history, Workload workload, SplitMix chance)
    {
        var fault = workload.Fault;
        if (fault is not (Fault.Stale or Fault.EarlyStale or Fault.Future or Fault.Wrong))
            return;
        if (fault != Fault.Wrong && workload.Repeats > 0)
            throw new InvalidOperationException("this fault needs unique values: leave out --repeats");
        var gets = Enumerable.Range(0, history.Count)
            .Where(i => history[i].Input.Kind == KvKind.Get && history[i].Outcome.IsKnown);
        var candidates = fault switch
        {
            Fault.EarlyStale => gets.Where(i => i >= history.Count / 10),
            Fault.Future => gets.Where(i => i >= history.Count / 2),
            _ => gets.Where(i => i < history.Count - (history.Count / 10)).Reverse(),
        };
        var ordered = candidates.ToList();
        var skipped = (int)((long)workload.Place * ordered.Count / FaultyHistory.Places);
        foreach (var i in ordered.Skip(skipped).Concat(ordered.Take(skipped)))
        {
            var other = fault switch
            {
                Fault.Future => history.FindIndex(i, put => IsPut(put, history[i]) && put.Call > history[i].Return),
                Fault.Wrong => history.FindIndex(chance.Below(i + 1), put => IsPut(put, history[i])
                    && put.Input.Value != history[i].Outcome.Value.Value),
                _ => LastPutBefore(history, LastPutBefore(history, i)),
            };
            if (other < 0)
                continue;
            var (get, value) = (history[i], history[other].Input.Value);
            history[i] = new(get.Client, get.Input, KvOutput.Read(value), get.Call, get.Return);
            return;
        }

        throw new InvalidOperationException("the history has no get that could be falsified so");
    }

    private static bool IsPut(in Operation<KvInput, KvOutput> put, in Operation<KvInput, KvOutput> of) =>
        put.Input.Kind == KvKind.Put && put.Input.Key == of.Input.Key;

    /// <summary>A put of the same key that returned before an operation was called.</summary>
    private static int LastPutBefore(List<Operation<KvInput, KvOutput>> history, int end)
    {
        for (var i = end - 1; i >= 0; i--)
        {
            if (IsPut(history[i], history[end]) && history[i].Return < history[end].Call)
                return i;
        }

        return -1;
    }
}
