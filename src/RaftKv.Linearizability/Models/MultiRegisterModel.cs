namespace RaftKv.Linearizability.Models;

/// <summary>One read or write within a <see cref="Transaction"/>.</summary>
/// <param name="Register">The name of the register.</param>
/// <param name="IsWrite">Whether it writes <paramref name="Value"/>, or reads.</param>
/// <param name="Value">What it writes; null for a read.</param>
public readonly record struct RegisterAccess(string Register, bool IsWrite, string? Value = null);

/// <summary>Reads and writes of several registers that take effect together, in order.</summary>
/// <param name="Accesses">What it does.</param>
public sealed record Transaction(ValueList<RegisterAccess> Accesses);

/// <summary>Several registers, all or nothing. An answer holds what each access read; null for writes.</summary>
/// <param name="initial">What every register holds at first.</param>
public sealed class MultiRegisterModel(string? initial = null)
    : IModel<KvState, Transaction, ValueList<string?>>,
        IAccessModel<string, Transaction, ValueList<string?>>,
        IKeyedStates<KvState>
{
    /// <inheritdoc/>
    public KvState Initial { get; } = new(initial);

    /// <inheritdoc/>
    public void Touch(Transaction input, PartFinder parts)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parts);
        foreach (var access in input.Accesses)
            parts.Touch(access.Register);
    }

    /// <inheritdoc/>
    public bool Step(
        KvState state, Transaction input, Outcome<ValueList<string?>> outcome, out KvState next)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(input);
        next = state;
        for (var i = 0; i < input.Accesses.Count; i++)
        {
            var (register, isWrite, value) = input.Accesses[i];
            if (!isWrite && outcome.IsKnown && outcome.Value![i] != next[register])
                return false;
            if (isWrite)
                next = next.With(register, value);
        }

        return true;
    }

    /// <inheritdoc/>
    public string Describe(Transaction input, Outcome<ValueList<string?>> outcome) =>
        string.Join(" and ", input.Accesses.Select((access, i) => access.IsWrite
            ? $"wrote {access.Register} = {access.Value}"
            : $"read {(outcome.IsKnown ? outcome.Value![i] ?? "nothing" : "something")} from {access.Register}"));

    /// <inheritdoc/>
    public bool IsReadOnly(Transaction input, Outcome<ValueList<string?>> outcome) =>
        !input.Accesses.Any(access => access.IsWrite);

    string? IAccessModel<string, Transaction, ValueList<string?>>.InitialValue => initial;

    void IAccessModel<string, Transaction, ValueList<string?>>.AddAccesses(
        in Operation<Transaction, ValueList<string?>> operation,
        List<string> keys,
        List<Access<string>> accesses)
    {
        var first = accesses.Count;
        for (var i = 0; i < operation.Input.Accesses.Count; i++)
        {
            var (register, isWrite, value) = operation.Input.Accesses[i];
            var at = accesses.FindIndex(first, access => access.Key == register);
            if (at < 0)
            {
                at = accesses.Count;
                accesses.Add(new(register, false, null));
            }

            if (isWrite)
                accesses[at] = accesses[at] with { Effect = AccessEffect.Write, Value = value };
            else if (operation.Outcome.IsKnown && accesses[at] is { Reads: false, Effect: AccessEffect.None })
                accesses[at] = accesses[at] with { Reads = true, Expected = operation.Outcome.Value![i] };
        }
    }

    string? IKeyedStates<KvState>.ValueOf(KvState state, string key) => state[key];

    void IAccessModel<Transaction, ValueList<string?>>.AddKeys(
        in Transaction input, ISet<string> keys) =>
        keys.UnionWith(input.Accesses.Select(access => access.Register));
}
