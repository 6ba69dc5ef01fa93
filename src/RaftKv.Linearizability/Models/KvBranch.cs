namespace RaftKv.Linearizability.Models;

/// <summary>What one branch of a transaction does to each key, all its operations together.</summary>
internal sealed class KvBranch(KvTransaction transaction, bool holds, ValueList<KvItem>? answers)
{
    private readonly Dictionary<string, Access<string>> _accesses = [];

    public void AddTo(List<string> keys, List<Access<string>> accesses)
    {
        foreach (var compare in transaction.Compares)
        {
            if (holds && compare.Comparison == KvComparison.Equal)
                Read(compare.Key, compare.Value);
            else
                SeeMore(compare.Key);
        }

        var operations = transaction.Branch(holds);
        for (var i = 0; i < operations.Count; i++)
        {
            var answer = answers is not null && i < answers.Count ? answers[i].Output : (KvOutput?)null;
            Do(operations[i], answer, keys);
        }

        accesses.AddRange(_accesses.Values);
    }

    private Access<string> this[string key]
    {
        get => _accesses.TryGetValue(key, out var known) ? known : new(key, false, null);
        set => _accesses[key] = value;
    }

    private void Do(KvInput input, KvOutput? answer, List<string> keys)
    {
        var key = input.Key;
        switch (input.Kind)
        {
            case KvKind.Get when answer is { ShowsValue: true } found:
                Read(key, found.Value);
                break;
            case KvKind.Get:
                SeeMore(key);
                break;
            case KvKind.Put or KvKind.Delete:
                // What an answer told before of a value that is told no closer still depends on it.
                var before = this[key];
                this[key] = before with
                {
                    Effect = AccessEffect.Write,
                    Value = input.Value,
                    SeesMore = before.SeesMore || before.Effect == AccessEffect.Opaque,
                };
                break;
            case KvKind.Append when this[key] is { Effect: AccessEffect.Write } written:
                this[key] = written with { Value = written.Value + input.Value };
                break;
            case KvKind.Append when this[key] is { Effect: AccessEffect.None, SeesMore: false }:
                this[key] = this[key] with { Effect = AccessEffect.Append, Value = input.Value };
                break;
            case KvKind.Scan when KvAccesses.Found(input, answer?.Items, keys) is { } reads:
                foreach (var (scanned, value) in reads)
                    Read(scanned, value);
                break;
            case KvKind.Scan:
                foreach (var scanned in keys)
                    SeeMore(scanned);
                break;
            default:
                this[key] = this[key] with { Effect = AccessEffect.Opaque };
                break;
        }
    }

    private void Read(string key, string? value)
    {
        var access = this[key];
        if (access is { Effect: AccessEffect.None, Reads: false })
            this[key] = access with { Reads = true, Expected = value };
        else if (access.Effect == AccessEffect.None ? access.Expected != value : access.Effect != AccessEffect.Write)
            this[key] = access with { Effect = AccessEffect.Opaque };
    }

    private void SeeMore(string key) => this[key] = this[key] with { SeesMore = true };
}
