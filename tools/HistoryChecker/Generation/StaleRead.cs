using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>Falsifies one read, provably.</summary>
internal static class StaleRead
{
    /// <summary>
    /// Lets a late get answer a value whose unique put returned before another put of the key was called, which
    /// returned before the get was called.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such get.</exception>
    public static void Inject(List<Operation<KvInput, KvOutput>> history)
    {
        for (var i = history.Count - 1 - (history.Count / 10); i >= 0; i--)
        {
            var get = history[i];
            if (get.Input.Kind != KvKind.Get || !get.Outcome.IsKnown)
                continue;
            var overwriting = LastPutBefore(history, i, get.Input.Key, get.Call);
            var stale = overwriting < 0
                ? -1
                : LastPutBefore(history, overwriting, get.Input.Key, history[overwriting].Call);
            if (stale < 0)
                continue;
            var value = history[stale].Input.Value;
            history[i] = new(get.Client, get.Input, KvOutput.Read(value), get.Call, get.Return);
            return;
        }

        throw new InvalidOperationException("the history has no late get that two earlier puts go before");
    }

    private static int LastPutBefore(List<Operation<KvInput, KvOutput>> history, int end, string key, long time)
    {
        for (var i = end - 1; i >= 0; i--)
        {
            if (history[i].Input.Kind == KvKind.Put && history[i].Input.Key == key && history[i].Return < time)
                return i;
        }

        return -1;
    }
}
