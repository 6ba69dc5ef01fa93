using System.Collections.Immutable;
using Registers = System.Collections.Immutable.ImmutableSortedDictionary<string, string?>;

namespace RaftKv.Linearizability.Models;

/// <summary>One read or write within a <see cref="Transaction"/>.</summary>
/// <param name="Register">The name of the register.</param>
/// <param name="IsWrite">Whether it writes <paramref name="Value"/>, or reads.</param>
/// <param name="Value">What it writes; null for a read.</param>
public readonly record struct RegisterAccess(string Register, bool IsWrite, string? Value = null);

/// <summary>Reads and writes of several registers that take effect together, in order.</summary>
/// <param name="Accesses">What it does.</param>
public sealed record Transaction(ImmutableArray<RegisterAccess> Accesses);

/// <summary>Several registers, all or nothing. An answer holds what each access read; null for writes.</summary>
/// <param name="initial">What every register holds at first.</param>
public sealed class MultiRegisterModel(string? initial = null)
    : IModel<Registers, Transaction, ImmutableArray<string?>>
{
    /// <summary>No register has been changed: the state holds those alone that differ from the initial value.</summary>
    public Registers Initial { get; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEqualityComparer<Registers> States => SameRegisters.Instance;

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
        Registers state, Transaction input, Outcome<ImmutableArray<string?>> outcome, out Registers next)
    {
        next = state;
        for (var i = 0; i < input.Accesses.Length; i++)
        {
            var (register, isWrite, value) = input.Accesses[i];
            if (!isWrite && outcome.IsKnown && outcome.Value[i] != next.GetValueOrDefault(register, initial))
                return false;
            if (isWrite)
                next = value == initial ? next.Remove(register) : next.SetItem(register, value);
        }

        return true;
    }

    /// <inheritdoc/>
    public string Describe(Transaction input, Outcome<ImmutableArray<string?>> outcome) =>
        string.Join(" and ", input.Accesses.Select((access, i) => access.IsWrite
            ? $"wrote {access.Register} = {access.Value}"
            : $"read {(outcome.IsKnown ? outcome.Value[i] ?? "nothing" : "something")} from {access.Register}"));

    /// <inheritdoc/>
    public bool IsReadOnly(Transaction input, Outcome<ImmutableArray<string?>> outcome) =>
        !input.Accesses.Any(access => access.IsWrite);

    private sealed class SameRegisters : IEqualityComparer<Registers>
    {
        public static readonly SameRegisters Instance = new();

        public bool Equals(Registers? x, Registers? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.SequenceEqual(y));

        public int GetHashCode(Registers registers)
        {
            var hash = new HashCode();
            foreach (var register in registers)
                hash.Add(register);
            return hash.ToHashCode();
        }
    }
}
