namespace RaftKv.HistoryChecker.Pages;

/// <summary>
/// Where the times of the operations that are shown lie on a page, in pixels: one step from each to the next, however
/// long, and a gap where operations that are not shown were called in between.
/// </summary>
internal sealed class TimeScale
{
    private const int Step = 26;
    private const int GapWidth = 90;
    private readonly SortedDictionary<long, int> _places = [];

    /// <param name="shown">The times that are shown.</param>
    /// <param name="hidden">When those that are not shown were called.</param>
    public TimeScale(IEnumerable<long> shown, IReadOnlyList<long> hidden)
    {
        var (at, next) = (20, 0);
        foreach (var time in shown.Distinct().Order())
        {
            var first = next;
            while (next < hidden.Count && hidden[next] < time)
                next++;
            if (next > first)
            {
                Gaps.Add((at, GapWidth, next - first));
                at += GapWidth;
            }

            _places.Add(time, at);
            at += Step;
        }

        if (next < hidden.Count)
        {
            Gaps.Add((at, GapWidth, hidden.Count - next));
            at += GapWidth;
        }

        Width = at + 20;
    }

    /// <summary>The gaps, and how many operations were called there.</summary>
    public List<(int At, int Width, int Operations)> Gaps { get; } = [];

    public int Width { get; }

    public int this[long time] => _places[time];
}
