using RaftKv.Linearizability;
using RaftKv.Linearizability.Models;

namespace RaftKv.HistoryChecker.Generation;

/// <summary>
/// Makes key-value histories in which every operation takes effect at one moment of its interval, so that they are
/// linearizable unless a fault is asked for. The same workload gives the same history on every machine.
/// </summary>
internal sealed class HistoryGenerator(Workload workload)
{
    private readonly SplitMix _chance = new(workload.Seed);
    private readonly FaultyStore _store = new(workload);

    public List<Operation<KvInput, KvOutput>> Generate()
    {
        var history = new List<Operation<KvInput, KvOutput>>();
        foreach (var (client, call, effect, @return) in Schedule.Of(workload, _chance))
        {
            var (takesEffect, isKnown) = (effect != long.MaxValue, @return != long.MaxValue);
            var input = Input(client, history.Count);
            var output = _store.Apply(input, client, takesEffect, isKnown);
            history.Add(isKnown ? new(client, input, output, call, @return) : new(client, input, call));
        }

        history.Sort((x, y) => (x.Call, x.Client).CompareTo((y.Call, y.Client)));
        WrongRead.Inject(history, workload, _chance);
        return history;
    }

    private KvInput Input(int client, int number)
    {
        var kind = workload.Kinds[_chance.Below(workload.Kinds.Count)];
        var key = Key();
        return kind switch
        {
            "scan" => KvInput.Scan(key, null, _chance.Below(3)),
            "txn" => KvInput.Transact(new KvTransaction(
                new(new KvCompare(key, KvComparison.Equal, _store.Peek(key))),
                new(Single("put", key, client, number), Single("put", Key(), client, number)),
                new(KvInput.Get(key), KvInput.Get(Key())))),
            _ => Single(kind, key, client, number),
        };
    }

    private string Key() => $"{_chance.Below(workload.Keys)}";

    private KvInput Single(string kind, string key, int client, int number)
    {
        var value = workload.Repeats > 0 ? $"{_chance.Below(workload.Repeats)}" : $"{client}.{number}";
        var current = _store.Peek(key);
        return kind switch
        {
            "get" => KvInput.Get(key),
            "put" => KvInput.Put(key, value),
            "append" => KvInput.Append(key, value + ";"),
            "delete" => KvInput.Delete(key),
            _ when _chance.Below(4) > 0 => KvInput.CompareAndSet(key, current, value),
            _ when workload.Repeats > 0 =>
                KvInput.CompareAndSet(key, $"{_chance.Below(workload.Repeats)}", value),
            _ => KvInput.CompareAndSet(key, null, value),
        };
    }
}
