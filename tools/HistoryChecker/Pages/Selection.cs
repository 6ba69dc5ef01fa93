using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Pages;

/// <summary>Chooses what a page shows: the core, and what happened at the same time as its operations.</summary>
internal static class Selection
{
    private const int NeighboursMax = 60;

    /// <summary>The operations to show, in the order of the history.</summary>
    public static List<int> Of(RecordedHistory history, IReadOnlyList<int> core)
    {
        var shown = new SortedSet<int>(core);
        foreach (var index in core)
        {
            var one = history[index];
            shown.UnionWith(Enumerable.Range(0, history.Count)
                .Select(i => (Index: i, Operation: history[i]))
                .Where(other => other.Operation.Call <= (one.Return ?? one.Call)
                    && (other.Operation.Return ?? other.Operation.Call) >= one.Call)
                .OrderBy(other => Math.Abs(other.Operation.Call - one.Call))
                .Take(NeighboursMax)
                .Select(other => other.Index));
        }

        return [.. shown];
    }
}
