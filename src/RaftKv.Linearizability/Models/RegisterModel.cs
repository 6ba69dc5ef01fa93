using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Models;

/// <summary>The kinds of operations on a register.</summary>
public enum RegisterKind
{
    /// <summary>Reads the value.</summary>
    Read,

    /// <summary>Sets the value.</summary>
    Write,

    /// <summary>Sets the value if it is the expected one.</summary>
    CompareAndSet,
}

/// <summary>A request to a register.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Value">What to write or set; ignored by a read.</param>
/// <param name="Expected">What a compare-and-set expects.</param>
public readonly record struct RegisterInput<TValue>(
    RegisterKind Kind, TValue? Value = default, TValue? Expected = default);

/// <summary>The answer to a <see cref="RegisterInput{TValue}"/>.</summary>
/// <param name="Value">What a read found.</param>
/// <param name="Succeeded">Whether a compare-and-set found what it expected; true for the other kinds.</param>
public readonly record struct RegisterOutput<TValue>(TValue? Value, bool Succeeded = true);

/// <summary>One register: read, write and compare-and-set.</summary>
/// <param name="initial">What it holds at first.</param>
public sealed class RegisterModel<TValue>(TValue? initial = default)
    : IModel<TValue?, RegisterInput<TValue>, RegisterOutput<TValue>>,
        ICellModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>,
        IAccessModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>,
        IObservableStates<TValue?, RegisterInput<TValue>, RegisterOutput<TValue>>
{
    /// <inheritdoc/>
    public TValue? Initial => initial;

    TValue? ICellModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>.InitialValue => initial;

    TValue? IAccessModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>.InitialValue => initial;

    /// <inheritdoc/>
    public bool Step(
        TValue? state, RegisterInput<TValue> input, Outcome<RegisterOutput<TValue>> outcome, out TValue? next)
    {
        var values = EqualityComparer<TValue?>.Default;
        next = state;
        switch (input.Kind)
        {
            case RegisterKind.Read:
                return !outcome.IsKnown || values.Equals(outcome.Value.Value, state);
            case RegisterKind.Write:
                next = input.Value;
                return true;
            default:
                var matches = values.Equals(state, input.Expected);
                if (matches)
                    next = input.Value;
                return !outcome.IsKnown || outcome.Value.Succeeded == matches;
        }
    }

    /// <inheritdoc/>
    public bool IsReadOnly(RegisterInput<TValue> input, Outcome<RegisterOutput<TValue>> outcome) =>
        input.Kind == RegisterKind.Read
        || (input.Kind == RegisterKind.CompareAndSet && outcome is { IsKnown: true, Value.Succeeded: false });

    /// <inheritdoc/>
    public string Describe(RegisterInput<TValue> input, Outcome<RegisterOutput<TValue>> outcome) => input.Kind switch
    {
        RegisterKind.Read when !outcome.IsKnown => "read",
        RegisterKind.Read => $"read {Text(outcome.Value.Value)}",
        RegisterKind.Write => $"wrote {Text(input.Value)}",
        _ when outcome is { IsKnown: true, Value.Succeeded: false } => $"did not find {Text(input.Expected)}",
        _ => $"changed {Text(input.Expected)} to {Text(input.Value)}",
    };

    private static string Text(TValue? value) => value?.ToString() ?? "nothing";

    CellOperation<TValue> ICellModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>.OperationOf(
        in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation)
    {
        var (input, outcome) = (operation.Input, operation.Outcome);
        return input.Kind switch
        {
            RegisterKind.Read when !outcome.IsKnown => default,
            RegisterKind.Read => new(CellEffect.Read, outcome.Value.Value, default),
            RegisterKind.Write => new(CellEffect.Write, default, input.Value),
            _ when outcome is { IsKnown: true, Value.Succeeded: false } =>
                new(CellEffect.ReadOther, input.Expected, default),
            _ => new(CellEffect.Swap, input.Expected, input.Value),
        };
    }

    Predicate<TValue?> IObservableStates<TValue?, RegisterInput<TValue>, RegisterOutput<TValue>>.ObservableStates(
        Operation<RegisterInput<TValue>, RegisterOutput<TValue>>[] history, Part part)
    {
        ICellModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>> cells = this;
        var observed = part.Source.Select(index => cells.OperationOf(history[index]))
            .Where(operation => operation.Effect is CellEffect.Read or CellEffect.ReadOther or CellEffect.Swap)
            .Select(operation => ValueTuple.Create(operation.Expected))
            .ToHashSet();
        return value => observed.Contains(new(value));
    }

    ValueNodes<TValue> ICellModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>.Values(int writers) =>
        new PlainNodes<TValue>(initial, writers);

    void IAccessModel<TValue, RegisterInput<TValue>, RegisterOutput<TValue>>.AddAccesses(
        in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation,
        List<string> keys,
        List<Access<TValue>> accesses)
    {
        var (input, outcome) = (operation.Input, operation.Outcome);
        accesses.Add(input.Kind switch
        {
            RegisterKind.Read when !outcome.IsKnown => new("", false, default),
            RegisterKind.Read => new("", true, outcome.Value.Value),
            RegisterKind.Write => new("", false, default, AccessEffect.Write, input.Value),
            _ when outcome is { IsKnown: true, Value.Succeeded: false } => new("", false, default) { SeesMore = true },
            _ => new("", true, input.Expected, AccessEffect.Write, input.Value),
        });
    }

    void IAccessModel<RegisterInput<TValue>, RegisterOutput<TValue>>.AddKeys(
        in RegisterInput<TValue> input, ISet<string> keys) => keys.Add("");
}
