namespace RaftKv.Linearizability.Models;

/// <summary>Key-value operations in words.</summary>
internal static class KvWords
{
    public static string Describe(KvInput input, Outcome<KvOutput> outcome)
    {
        var (kind, key, value, expected) = input;
        return kind switch
        {
            KvKind.Get when !outcome.IsKnown => $"get {key}",
            KvKind.Get => $"read {Text(outcome.Value.Value)} from {key}",
            KvKind.Put => $"put {key} = {Text(value)}",
            KvKind.Append => $"append {Text(value)} to {key}",
            KvKind.Delete => $"delete {key}",
            KvKind.CompareAndSet when outcome is { IsKnown: true, Value: { Succeeded: false } found } =>
                found.ShowsValue
                    ? $"found {key} to be {Text(found.Value)}, not {Text(expected)}"
                    : $"found {key} not to be {Text(expected)}",
            KvKind.CompareAndSet => $"set {key} from {Text(expected)} to {Text(value)}",
            KvKind.Scan => $"{(outcome.IsKnown ? $"read {Pairs(outcome.Value.Items)}" : "scan")} {Range(input)}",
            _ => Describe(input.Transaction!, outcome),
        };
    }

    private static string Describe(KvTransaction transaction, Outcome<KvOutput> outcome)
    {
        if (!outcome.IsKnown)
        {
            return $"transact{Condition(transaction, " if ")}: {All(transaction.Then, null)}"
                + (transaction.Else.Count == 0 ? "" : $", else {All(transaction.Else, null)}");
        }

        var (holds, answers) = (outcome.Value.Succeeded, outcome.Value.Items);
        var found = Condition(transaction, holds ? "found " : "did not find ");
        var done = All(transaction.Branch(holds), answers);
        return found.Length == 0 ? done : done.Length == 0 ? found : $"{found}: {done}";
    }

    private static string Condition(KvTransaction transaction, string before)
    {
        var compares = transaction.Compares.Select(
            compare => $"{compare.Key} {Sign(compare.Comparison)} {Text(compare.Value)}");
        return transaction.Compares.Count == 0 ? "" : before + string.Join(" and ", compares);
    }

    private static string All(ValueList<KvInput> operations, ValueList<KvItem>? answers) => string.Join(
        " and ",
        operations.Select((operation, i) => Describe(
            operation, answers is null || i >= answers.Count ? default : new Outcome<KvOutput>(answers[i].Output))));

    private static string Pairs(ValueList<KvItem>? items) => items is null or { Count: 0 }
        ? "nothing"
        : string.Join(", ", items.Select(item => $"{item.Key} = {Text(item.Output.Value)}"));

    private static string Range(KvInput scan) =>
        (scan.Key.Length == 0 ? "from all keys" : $"from {scan.Key} on")
        + (scan.Expected is null ? "" : $" before {scan.Expected}")
        + (scan.Limit == 0 ? "" : $" ({scan.Limit} at most)");

    private static string Sign(KvComparison comparison) => comparison switch
    {
        KvComparison.Equal => "=",
        KvComparison.NotEqual => "≠",
        KvComparison.Less => "<",
        _ => ">",
    };

    private static string Text(string? value) => value is null ? "nothing" : $"\"{value}\"";
}
