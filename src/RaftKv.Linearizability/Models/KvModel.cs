using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Models;

/// <summary>
/// A key-value store. Keys are checked one by one, but those together that a scan or a transaction touches together.
/// </summary>
/// <param name="initial">What every key holds at first; null: it is absent, which scans need.</param>
public sealed class KvModel(string? initial = null)
    : IModel<KvState, KvInput, KvOutput>,
        ICellModel<string, KvInput, KvOutput>,
        IAccessModel<string, KvInput, KvOutput>,
        IKeyedStates<KvState>,
        IObservableStates<KvState, KvInput, KvOutput>
{
    /// <inheritdoc/>
    public KvState Initial { get; } = new(initial);

    string? ICellModel<string, KvInput, KvOutput>.InitialValue => initial;

    string? IAccessModel<string, KvInput, KvOutput>.InitialValue => initial;

    /// <inheritdoc/>
    public void Touch(KvInput input, PartFinder parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (input.Kind == KvKind.Scan)
        {
            parts.TouchRange(input.Key, input.Expected);
            return;
        }

        if (input.Transaction is not { } transaction)
        {
            parts.Touch(input.Key);
            return;
        }

        foreach (var compare in transaction.Compares)
            parts.Touch(compare.Key);
        foreach (var operation in transaction.Then)
            Touch(operation, parts);
        foreach (var operation in transaction.Else)
            Touch(operation, parts);
    }

    /// <inheritdoc/>
    public bool Step(KvState state, KvInput input, Outcome<KvOutput> outcome, out KvState next)
    {
        ArgumentNullException.ThrowIfNull(state);
        var actual = Apply(state, input, out next);
        return !outcome.IsKnown || outcome.Value.IsTrueOf(actual);
    }

    /// <summary>Does one operation.</summary>
    /// <returns>All that there is to tell about it.</returns>
    public static KvOutput Apply(KvState state, KvInput input, out KvState next)
    {
        ArgumentNullException.ThrowIfNull(state);
        next = state;
        var (kind, key, value, expected) = input;
        switch (kind)
        {
            case KvKind.Get:
                return KvOutput.Read(state[key]);
            case KvKind.Put:
                next = state.With(key, value);
                return KvOutput.Done;
            case KvKind.Append:
                next = state.With(key, state[key] + value);
                return KvOutput.Done;
            case KvKind.Delete:
                next = state.With(key, null);
                return KvOutput.Done;
            case KvKind.CompareAndSet:
                if (state[key] is var present && present != expected)
                    return KvOutput.Found(present);
                next = state.With(key, value);
                return KvOutput.Done;
            case KvKind.Scan:
                return KvOutput.Scanned(state.Range(key, expected, input.Limit));
            default:
                return Apply(state, input.Transaction!, out next);
        }
    }

    private static KvOutput Apply(KvState state, KvTransaction transaction, out KvState next)
    {
        next = state;
        var holds = transaction.Compares.All(compare => compare.Holds(state[compare.Key]));
        var operations = transaction.Branch(holds);
        var answers = new KvItem[operations.Count];
        for (var i = 0; i < answers.Length; i++)
            answers[i] = new KvItem(operations[i].Key, Apply(next, operations[i], out next));
        return KvOutput.Transacted(holds, answers);
    }

    /// <inheritdoc/>
    public bool IsReadOnly(KvInput input, Outcome<KvOutput> outcome) => input.Kind switch
    {
        KvKind.Get or KvKind.Scan => true,
        KvKind.CompareAndSet => outcome is { IsKnown: true, Value.Succeeded: false },
        KvKind.Transact when outcome.IsKnown => IsReadOnly(input.Transaction!.Branch(outcome.Value.Succeeded)),
        KvKind.Transact => IsReadOnly(input.Transaction!.Then) && IsReadOnly(input.Transaction.Else),
        _ => false,
    };

    private static bool IsReadOnly(ValueList<KvInput> operations) =>
        operations.All(operation => operation.Kind is KvKind.Get or KvKind.Scan);

    /// <inheritdoc/>
    public string Describe(KvInput input, Outcome<KvOutput> outcome) => KvWords.Describe(input, outcome);

    CellOperation<string> ICellModel<string, KvInput, KvOutput>.OperationOf(
        in Operation<KvInput, KvOutput> operation) => operation.Input.Kind switch
        {
            KvKind.Get when !operation.Outcome.IsKnown => default,
            KvKind.Get => new(CellEffect.Read, operation.Outcome.Value.Value, null),
            KvKind.Put => new(CellEffect.Write, null, operation.Input.Value),
            KvKind.Delete => new(CellEffect.Write, null, null),
            KvKind.Append => new(CellEffect.Append, null, operation.Input.Value),
            KvKind.CompareAndSet => SwapOf(operation.Input, operation.Outcome),
            _ => new(CellEffect.Beyond, null, null),
        };

    private static CellOperation<string> SwapOf(in KvInput input, in Outcome<KvOutput> outcome) =>
        outcome is not { IsKnown: true, Value: { Succeeded: false } found }
            ? new(CellEffect.Swap, input.Expected, input.Value)
        : !found.ShowsValue ? new(CellEffect.ReadOther, input.Expected, null)
        : found.Value != input.Expected ? new(CellEffect.Read, found.Value, null)
        : new(CellEffect.Beyond, null, null);

    Predicate<KvState>? IObservableStates<KvState, KvInput, KvOutput>.ObservableStates(
        Operation<KvInput, KvOutput>[] history, Part part)
    {
        ICellModel<string, KvInput, KvOutput> cells = this;
        var operations = part.Source.Select(index => cells.OperationOf(history[index])).ToArray();
        if (Array.Exists(operations, operation => operation.Effect == CellEffect.Beyond))
            return null;
        var observed = new ObservedStrings(operations
            .Where(operation => operation.Effect is CellEffect.Read or CellEffect.ReadOther or CellEffect.Swap)
            .Select(operation => operation.Expected));
        var key = history[part.Source[0]].Input.Key;
        return state => state[key] is not { } value || observed.AnyBeginsWith(value);
    }

    ValueNodes<string> ICellModel<string, KvInput, KvOutput>.Values(int writers) =>
        new StringNodes(initial, writers);

    void IAccessModel<string, KvInput, KvOutput>.AddAccesses(
        in Operation<KvInput, KvOutput> operation, List<string> keys, List<Access<string>> accesses)
    {
        // Where nothing is absent at first, scans are beyond what accesses tell.
        if (initial is not null && operation.Input.Kind is (KvKind.Scan or KvKind.Transact))
            KvAccesses.AddOpaque(operation.Input, keys, accesses);
        else
            KvAccesses.Add(operation, keys, accesses);
    }

    string? IKeyedStates<KvState>.ValueOf(KvState state, string key) => state[key];

    void IAccessModel<KvInput, KvOutput>.AddKeys(in KvInput input, ISet<string> keys) =>
        KvAccesses.AddKeys(input, keys);
}
