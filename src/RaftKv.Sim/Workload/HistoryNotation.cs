using System.Text;
using RaftKv.KeyValue;
using RaftKv.Linearizability.Models;
using KvItem = RaftKv.Linearizability.Models.KvItem;

namespace RaftKv.Sim.Workload;

/// <summary>Requests and results as the checker's model has them.</summary>
internal static class HistoryNotation
{
    public static KvInput Input(KvRequest request) => request.Operation switch
    {
        KvOperation.Get => KvInput.Get(request.Key),
        KvOperation.Put => KvInput.Put(request.Key, Text(request.Value)!),
        KvOperation.Append => KvInput.Append(request.Key, Text(request.Value)!),
        KvOperation.Delete => KvInput.Delete(request.Key),
        KvOperation.CompareAndSwap => KvInput.CompareAndSet(request.Key, Text(request.Expected), Text(request.Value)!),
        KvOperation.Scan => Scan(request.Range!),
        KvOperation.Transaction => Transaction(request.Transaction!),
        _ => throw new ArgumentException($"No history knows {request.Operation}.", nameof(request)),
    };

    public static KvOutput Output(KvRequest request, in KvResult result) => request.Operation switch
    {
        KvOperation.Get => KvOutput.Read(Text(result.Value)),
        KvOperation.CompareAndSwap when !result.Succeeded => KvOutput.Found(Text(result.Value)),
        KvOperation.Scan => KvOutput.Scanned(
            [.. result.Page!.Items.Select(item => KvItem.Of(item.Key, Text(item.Value)!))]),
        KvOperation.Transaction => Output(request.Transaction!, result),
        _ => KvOutput.Done,
    };

    private static KvOutput Output(RaftKv.KeyValue.KvTransaction transaction, KvResult result)
    {
        var operations = result.Succeeded ? transaction.Then : transaction.Else;
        return KvOutput.Transacted(
            result.Succeeded,
            [.. operations.Select((each, i) => new KvItem(each.Key, Output(each, result.Results![i])))]);
    }

    /// <summary>The model has no prefixes: a range that is one has an end.</summary>
    private static KvInput Scan(KvScan range)
    {
        var end = KvInput.EndOfPrefix(range.Prefix);
        if (range.To is { } to && (end is null || string.CompareOrdinal(to, end) < 0))
            end = to;
        return KvInput.Scan(
            string.CompareOrdinal(range.From, range.Prefix) < 0 ? range.Prefix : range.From, end, range.Limit);
    }

    private static KvInput Transaction(RaftKv.KeyValue.KvTransaction transaction) =>
        KvInput.Transact(new Linearizability.Models.KvTransaction(
            new([.. transaction.Compares.Select(compare =>
                new Linearizability.Models.KvCompare(compare.Key, KvComparison.Equal, Text(compare.Expected)))]),
            new([.. transaction.Then.Select(Input)]),
            new([.. transaction.Else.Select(Input)])));

    private static string? Text(ReadOnlyMemory<byte>? value) =>
        value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
