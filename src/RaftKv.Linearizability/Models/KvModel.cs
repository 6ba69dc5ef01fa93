using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Models;

/// <summary>A key-value store: every key is a part of its own, whose state is its value.</summary>
/// <param name="initial">What every key holds at first; null: it is absent.</param>
public sealed class KvModel(string? initial = null) : ICellModel<string, KvInput, KvOutput>
{
    /// <inheritdoc/>
    public string? Initial => initial;

    /// <inheritdoc/>
    public IEqualityComparer<KvInput> Parts => SameKey.Instance;

    /// <inheritdoc/>
    public bool Step(string? state, KvInput input, Outcome<KvOutput> outcome, out string? next)
    {
        next = state;
        switch (input.Kind)
        {
            case KvKind.Get:
                return !outcome.IsKnown || outcome.Value.Value == state;
            case KvKind.Put:
                next = input.Value;
                return true;
            case KvKind.Append:
                next = state + input.Value;
                return true;
            default:
                var matches = state == input.Expected;
                if (matches)
                    next = input.Value;
                return !outcome.IsKnown || outcome.Value.Succeeded == matches;
        }
    }

    /// <inheritdoc/>
    public bool IsReadOnly(KvInput input, Outcome<KvOutput> outcome) =>
        input.Kind == KvKind.Get
        || (input.Kind == KvKind.CompareAndSet && outcome is { IsKnown: true, Value.Succeeded: false });

    /// <inheritdoc/>
    public string Describe(KvInput input, Outcome<KvOutput> outcome)
    {
        var (kind, key, value, expected) = input;
        return kind switch
        {
            KvKind.Get when !outcome.IsKnown => $"get {key}",
            KvKind.Get => $"read {Text(outcome.Value.Value)} from {key}",
            KvKind.Put => $"put {key} = {Text(value)}",
            KvKind.Append => $"append {Text(value)} to {key}",
            _ when outcome is { IsKnown: true, Value.Succeeded: false } => $"found {key} not to be {Text(expected)}",
            _ => $"set {key} from {Text(expected)} to {Text(value)}",
        };

        static string Text(string? value) => value is null ? "nothing" : $"\"{value}\"";
    }

    CellOperation<string> ICellModel<string, KvInput, KvOutput>.EffectOf(KvInput input, Outcome<KvOutput> outcome) =>
        input.Kind switch
        {
            KvKind.Get when !outcome.IsKnown => default,
            KvKind.Get => new(CellEffect.Read, outcome.Value.Value, null),
            KvKind.Put => new(CellEffect.Write, null, input.Value),
            KvKind.Append => new(CellEffect.Append, null, input.Value),
            _ when outcome is { IsKnown: true, Value.Succeeded: false } =>
                new(CellEffect.ReadOther, input.Expected, null),
            _ => new(CellEffect.Swap, input.Expected, input.Value),
        };

    ValueNodes<string> ICellModel<string, KvInput, KvOutput>.Values() => new StringNodes(initial);

    private sealed class SameKey : IEqualityComparer<KvInput>
    {
        public static readonly SameKey Instance = new();

        public bool Equals(KvInput x, KvInput y) => x.Key == y.Key;

        public int GetHashCode(KvInput input) => input.Key.GetHashCode(StringComparison.Ordinal);
    }
}
