namespace RaftKv.Linearizability.Models;

/// <summary>What the operations of a <see cref="KvModel"/> do to each key.</summary>
internal static class KvAccesses
{
    /// <summary>Adds the keys that an operation names.</summary>
    public static void AddKeys(KvInput input, ISet<string> keys)
    {
        if (input.Transaction is { } transaction)
        {
            keys.UnionWith(transaction.Compares.Select(compare => compare.Key));
            foreach (var operation in transaction.Then.Concat(transaction.Else))
                AddKeys(operation, keys);
        }
        else if (input.Kind != KvKind.Scan)
        {
            keys.Add(input.Key);
        }
    }

    /// <summary>Adds what an operation does.</summary>
    public static void Add(
        in Operation<KvInput, KvOutput> operation, List<string> keys, List<Access<string>> accesses)
    {
        var (input, outcome) = (operation.Input, operation.Outcome);
        if (input.Transaction is { } transaction)
        {
            var isCertain = outcome.IsKnown || transaction.Compares.Count == 0;
            var holds = outcome.IsKnown ? outcome.Value.Succeeded : isCertain || IsWriting(transaction.Then);
            if (isCertain || !IsWriting(transaction.Branch(!holds)))
                new KvBranch(transaction, holds, outcome.IsKnown ? outcome.Value.Items : null).AddTo(keys, accesses);
            else
                AddOpaque(input, keys, accesses);
        }
        else if (input.Kind == KvKind.Scan)
        {
            if (outcome is { IsKnown: true, Value.Items: { } items })
                AddScan(input, items, keys, accesses);
        }
        else
        {
            accesses.Add(Single(input, outcome));
        }
    }

    /// <summary>
    /// The keys that a scan looked at, and what it found there; null: the answer does not say, or is none to this.
    /// </summary>
    public static List<(string Key, string? Value)>? Found(KvInput scan, ValueList<KvItem>? items, List<string> keys)
    {
        if (items is null || !items.All(item => item.Output is { ShowsValue: true, Value: not null }))
            return null;
        var reads = new List<(string, string?)>();
        var found = 0;
        foreach (var key in InRange(scan, keys))
        {
            if (scan.Limit > 0 && found == scan.Limit)
                break;
            var isThere = found < items.Count && items[found].Key == key;
            reads.Add((key, isThere ? items[found++].Output.Value : null));
        }

        return found == items.Count ? reads : null;
    }

    private static IEnumerable<string> InRange(KvInput scan, List<string> keys)
    {
        var first = keys.BinarySearch(scan.Key, StringComparer.Ordinal);
        return keys.Skip(first < 0 ? ~first : first)
            .TakeWhile(key => scan.Expected is not { } end || string.CompareOrdinal(key, end) < 0);
    }

    private static void AddScan(
        KvInput scan, ValueList<KvItem> items, List<string> keys, List<Access<string>> accesses)
    {
        // An answer that does not tell is left to the searches.
        if (Found(scan, items, keys) is { } reads)
        {
            accesses.AddRange(reads.Select(read => new Access<string>(read.Key, true, read.Value)));
        }
        else
        {
            accesses.AddRange(InRange(scan, keys)
                .Select(key => new Access<string>(key, false, null) { SeesMore = true }));
        }
    }

    private static bool IsScan(KvInput input) => input.Kind == KvKind.Scan;

    private static bool IsWriting(ValueList<KvInput> operations) =>
        operations.Any(operation => operation.Kind is not (KvKind.Get or KvKind.Scan));

    /// <summary>Adds that an operation may do anything to the keys that it touches.</summary>
    public static void AddOpaque(KvInput input, List<string> keys, List<Access<string>> accesses)
    {
        var touched = new HashSet<string>();
        AddKeys(input, touched);
        if (input.Kind == KvKind.Scan || input.Transaction?.Then.Concat(input.Transaction.Else).Any(IsScan) == true)
            touched.UnionWith(keys);
        foreach (var key in touched)
            accesses.Add(new(key, false, null, AccessEffect.Opaque));
    }

    private static Access<string> Single(in KvInput input, in Outcome<KvOutput> outcome) => input.Kind switch
    {
        KvKind.Get when !outcome.IsKnown => new(input.Key, false, null),
        KvKind.Get => new(input.Key, true, outcome.Value.Value),
        KvKind.Put => new(input.Key, false, null, AccessEffect.Write, input.Value),
        KvKind.Delete => new(input.Key, false, null, AccessEffect.Write),
        KvKind.Append => new(input.Key, false, null, AccessEffect.Append, input.Value),
        _ when outcome is { IsKnown: true, Value: { Succeeded: false } found } =>
            new(input.Key, found.ShowsValue, found.Value) { SeesMore = true },
        _ => new(input.Key, true, input.Expected, AccessEffect.Write, input.Value),
    };
}
