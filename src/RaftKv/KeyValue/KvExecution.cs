using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>Runs requests that <see cref="KvLimits"/> has no objection to on a state.</summary>
internal sealed class KvExecution(KvState state)
{
    /// <summary>Runs a request; the limits bound what depends on the state.</summary>
    public KvResult Run(KvRequest request, KvLimits limits) => request.Operation switch
    {
        KvOperation.Scan => Scan(request.Range!, limits),
        KvOperation.Transaction => Transact(request.Transaction!, limits),
        KvOperation.CompareAndSwap => CompareAndSwap(request, limits),
        _ => RunAlone(request, limits),
    };

    private KvResult RunAlone(KvRequest request, KvLimits limits)
    {
        var length = state.Store.Find(request.Key)?.Value.Length;
        if (Foresee(request, limits, ref length, out var changes) is { } problem) return Rejected(problem);
        if (changes) state.Revision++;
        return RunOne(request);
    }

    private KvResult Scan(KvScan range, KvLimits limits)
    {
        var most = range.Limit > 0 ? Math.Min(range.Limit, limits.MaxScanItems) : limits.MaxScanItems;
        var items = new List<KvItem>();
        long bytes = 0;
        string? next = null;
        foreach (var entry in state.Store.InKeyOrder(range.First))
        {
            if (!range.Reaches(entry.Key)) break;
            bytes += StrictUtf8.Encoding.GetByteCount(entry.Key) + entry.Value.Length;
            if (items.Count == most || (items.Count > 0 && bytes > limits.MaxScanBytes))
            {
                next = entry.Key;
                break;
            }

            items.Add(new KvItem(entry.Key, entry.Value));
        }

        return KvResult.Applied(state.Revision) with { Page = new KvPage(items, next) };
    }

    private KvResult CompareAndSwap(KvRequest request, KvLimits limits)
    {
        if (!Holds(request.Key, request.Expected))
            return new KvResult(KvStatus.Ok, state.Store.Find(request.Key)?.Value) { Revision = state.Revision };
        return Run(KvRequest.Put(request.Key, request.Value), limits) with { Succeeded = true };
    }

    private KvResult Transact(KvTransaction transaction, KvLimits limits)
    {
        var holds = true;
        foreach (var compare in transaction.Compares) holds &= Holds(compare.Key, compare.Expected);
        return RunAll(holds ? transaction.Then : transaction.Else, limits, out var results) is { } problem
            ? Rejected(problem)
            : KvResult.Applied(state.Revision) with { Succeeded = holds, Results = results };
    }

    private bool Holds(string key, ReadOnlyMemory<byte>? expected) => (state.Store.Find(key), expected) switch
    {
        (null, null) => true,
        ({ } entry, { } value) => entry.Value.Span.SequenceEqual(value.Span),
        _ => false,
    };

    /// <summary>Runs operations of the simple kinds in order, all of them or none.</summary>
    /// <returns>Why none can run, or <see langword="null"/>.</returns>
    private string? RunAll(IReadOnlyList<KvRequest> operations, KvLimits limits, out KvResult[] results)
    {
        results = [];
        if (Foresee(operations, limits, out var changes) is { } problem) return problem;
        if (changes) state.Revision++;
        results = new KvResult[operations.Count];
        for (var i = 0; i < results.Length; i++) results[i] = RunOne(operations[i]);
        return null;
    }

    /// <summary>Looks ahead how long the values will be, so that nothing has to be undone.</summary>
    private string? Foresee(IReadOnlyList<KvRequest> operations, KvLimits limits, out bool changes)
    {
        changes = false;
        var lengths = operations.Count > 1 ? new Dictionary<string, int?>(StringComparer.Ordinal) : null;
        long readBytes = 0;
        foreach (var operation in operations)
        {
            var key = operation.Key;
            if (lengths is null || !lengths.TryGetValue(key, out var length))
                length = state.Store.Find(key)?.Value.Length;
            if (operation.Operation == KvOperation.Get) readBytes += length ?? 0;
            if (Foresee(operation, limits, ref length, out var changesThis) is { } problem) return problem;
            changes |= changesThis;
            if (lengths is not null) lengths[key] = length;
        }

        return lengths is not null && readBytes > limits.MaxTransactionBytes
            ? $"the transaction would read {readBytes} bytes; the limit is {limits.MaxTransactionBytes}"
            : null;
    }

    /// <summary>What an operation makes of the length of its key's value (null: absent).</summary>
    private static string? Foresee(KvRequest operation, KvLimits limits, ref int? length, out bool changes)
    {
        changes = operation.Operation != KvOperation.Get;
        switch (operation.Operation)
        {
            case KvOperation.Get:
                return null;
            case KvOperation.Put:
                length = operation.Value.Length;
                return null;
            case KvOperation.Append:
                var grown = (length ?? 0) + (long)operation.Value.Length;
                if (limits.ValueProblem(grown) is { } problem) return problem;
                length = (int)grown;
                return null;
            case KvOperation.Delete:
                changes = length is not null;
                length = null;
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation.Operation, "Not a simple one.");
        }
    }

    private KvResult RunOne(KvRequest operation)
    {
        var key = operation.Key;
        var entry = state.Store.Find(key);
        switch (operation.Operation)
        {
            case KvOperation.Get:
                return new KvResult(KvStatus.Ok, entry?.Value) { Revision = state.Revision };
            case KvOperation.Delete:
                state.BeforeWrite(key, entry);
                if (entry is not null) state.EntriesDigest -= state.Store.Remove(key)!.Digest;
                return KvResult.Applied(state.Revision) with { Succeeded = entry is not null };
            default:
                state.BeforeWrite(key, entry);
                if (entry is null) state.Store.Add(entry = new KvEntry(key));
                else state.EntriesDigest -= entry.Digest;
                if (operation.Operation == KvOperation.Append) entry.Append(operation.Value.Span);
                else entry.Put(operation.Value.Span);
                state.EntriesDigest += entry.Digest;
                return KvResult.Applied(state.Revision);
        }
    }

    private KvResult Rejected(string problem) => KvResult.Rejected(problem) with { Revision = state.Revision };
}
