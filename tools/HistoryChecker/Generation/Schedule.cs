namespace RaftKv.HistoryChecker.Generation;

/// <summary>When which client calls, and when that takes effect and returns.</summary>
internal static class Schedule
{
    private const int DurationMax = 2_000;

    /// <summary>The operations in the order in which they take effect; those that never do come last.</summary>
    public static List<(int Client, long Call, long Effect, long Return)> Of(
        Workload workload, SplitMix chance)
    {
        var schedule = new List<(int Client, long Call, long Effect, long Return)>(workload.Operations);
        var free = new PriorityQueue<int, (long, int)>();
        for (var client = 0; client < workload.Clients; client++)
            free.Enqueue(client, (chance.Below(DurationMax), client));
        var newest = workload.Clients;
        while (schedule.Count < workload.Operations && free.TryDequeue(out var client, out var at))
        {
            var (call, duration) = (at.Item1, chance.Below(DurationMax));
            var (effect, @return) = (call + chance.Below(duration + 1), call + duration);
            var next = client;
            if (chance.Below(100) < workload.UnknownPercent)
            {
                // Half never take effect; half of the others do so long after.
                effect = chance.Below(2) == 0 ? long.MaxValue : effect + (chance.Below(2) * 10L * DurationMax);
                (next, @return) = (newest++, long.MaxValue);
            }

            // A coarse clock shows both ends further apart than they were.
            var shown = @return == long.MaxValue
                ? @return
                : (@return + workload.Tick - 1) / workload.Tick * workload.Tick;
            schedule.Add((client, call / workload.Tick * workload.Tick, effect, shown));
            free.Enqueue(next, (call + duration + 1 + chance.Below(20), next));
        }

        schedule.Sort((x, y) => (x.Effect, x.Client, x.Call).CompareTo((y.Effect, y.Client, y.Call)));
        return schedule;
    }
}
