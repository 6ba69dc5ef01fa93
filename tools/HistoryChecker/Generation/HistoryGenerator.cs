using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>
/// Makes key-value histories in which every operation takes effect at one moment of its interval, so that they are
/// linearizable unless a fault is asked for. The same workload gives the same history on every machine.
/// </summary>
internal sealed class HistoryGenerator(Workload workload)
{
    private const int DurationMax = 2_000;
    private readonly SplitMix _chance = new(workload.Seed);

    public List<Operation<KvInput, KvOutput>> Generate()
    {
        var values = new Dictionary<string, string>();
        var history = new List<Operation<KvInput, KvOutput>>();
        foreach (var (client, call, effect, @return) in Schedule())
        {
            var key = $"{_chance.Below(workload.Keys)}";
            var value = values.GetValueOrDefault(key);
            var input = Input(key, value, client, history.Count);
            var output = Apply(input, values, takesEffect: effect != long.MaxValue);
            history.Add(@return == long.MaxValue
                ? new(client, input, call)
                : new(client, input, output, call, @return));
        }

        history.Sort((x, y) => (x.Call, x.Client).CompareTo((y.Call, y.Client)));
        if (workload.Stale)
            StaleRead.Inject(history);
        return history;
    }

    /// <summary>The operations in the order in which they take effect; those that never do come last.</summary>
    private List<(int Client, long Call, long Effect, long Return)> Schedule()
    {
        var schedule = new List<(int Client, long Call, long Effect, long Return)>(workload.Operations);
        var free = new PriorityQueue<int, (long, int)>();
        for (var client = 0; client < workload.Clients; client++)
            free.Enqueue(client, (_chance.Below(DurationMax), client));
        var newest = workload.Clients;
        while (schedule.Count < workload.Operations && free.TryDequeue(out var client, out var at))
        {
            var (call, duration) = (at.Item1, _chance.Below(DurationMax));
            var (effect, @return) = (call + _chance.Below(duration + 1), call + duration);
            var next = client;
            if (_chance.Below(100) < workload.UnknownPercent)
            {
                // Half never take effect; half of the others do so long after.
                effect = _chance.Below(2) == 0 ? long.MaxValue : effect + (_chance.Below(2) * 10L * DurationMax);
                (next, @return) = (newest++, long.MaxValue);
            }

            schedule.Add((client, call, effect, @return));
            free.Enqueue(next, (call + duration + 1 + _chance.Below(20), next));
        }

        schedule.Sort((x, y) => (x.Effect, x.Client, x.Call).CompareTo((y.Effect, y.Client, y.Call)));
        return schedule;
    }

    private KvInput Input(string key, string? current, int client, int number)
    {
        var kind = workload.Kinds[_chance.Below(workload.Kinds.Count)];
        var value = workload.Repeats ? $"{_chance.Below(5)}" : $"{client}.{number}";
        var expected = _chance.Below(4) > 0 ? current : workload.Repeats ? $"{_chance.Below(5)}" : null;
        return kind switch
        {
            "get" => KvInput.Get(key),
            "put" => KvInput.Put(key, value),
            "append" => KvInput.Append(key, value + ";"),
            _ => KvInput.CompareAndSet(key, expected, value),
        };
    }

    private static KvOutput Apply(KvInput input, Dictionary<string, string> values, bool takesEffect)
    {
        var current = values.GetValueOrDefault(input.Key);
        var matches = input.Kind != KvKind.CompareAndSet || current == input.Expected;
        if (takesEffect && matches && input.Kind != KvKind.Get)
            values[input.Key] = input.Kind == KvKind.Append ? current + input.Value : input.Value!;
        return input.Kind == KvKind.Get ? KvOutput.Read(current) : matches ? KvOutput.Done : KvOutput.Mismatch;
    }

    /// <summary>The generator of Steele, Lea and Flood: the same numbers everywhere.</summary>
    private sealed class SplitMix(int seed)
    {
        private ulong _state = (ulong)seed;

        public int Below(int exclusiveMax)
        {
            var value = _state += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return (int)((value ^ (value >> 31)) % (ulong)exclusiveMax);
        }
    }
}
