using RaftKv.Linearizability.Explanations;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.Tightening;

namespace RaftKv.Linearizability.Models;

/// <summary>What an operation leaves of the value of one key.</summary>
internal enum AccessEffect : byte
{
    /// <summary>The value stays.</summary>
    None,

    /// <summary>The value becomes <see cref="Access{TValue}.Value"/>.</summary>
    Write,

    /// <summary>The value grows by <see cref="Access{TValue}.Value"/>.</summary>
    Append,

    /// <summary>The answer depends on the value, and the value may become anything.</summary>
    Opaque,
}

/// <summary>What an operation does to one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Reads">Whether the value was <paramref name="Expected"/>; else it may have been any.</param>
/// <param name="Expected">The value that was there.</param>
/// <param name="Effect">What became of it.</param>
/// <param name="Value">What was written or appended.</param>
internal readonly record struct Access<TValue>(
    string Key, bool Reads, TValue? Expected, AccessEffect Effect = AccessEffect.None, TValue? Value = default)
{
    /// <summary>
    /// Whether the answer tells something of the value that is not told here, such as what it was not.
    /// </summary>
    public bool SeesMore { get; init; }
}

/// <summary>A model of keys that can tell what an operation found and left at each, one access a key.</summary>
internal interface IAccessModel<TInput, TOutput>
{
    /// <summary>See <see cref="Tightener{TValue}"/>.</summary>
    (Verdict Verdict, Tightened? Result, IReadOnlyCollection<int> Evidence) Tighten(
        Operation<TInput, TOutput>[] history, Part part, BudgetMeter meter);

    /// <summary>What an operation does, with values of any type; nothing if it is not known.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="keys">All keys, in ordinal order.</param>
    IEnumerable<Access<object>> AccessesOf(in Operation<TInput, TOutput> operation, List<string> keys);

    /// <summary>Adds the keys that an operation names.</summary>
    void AddKeys(in TInput input, ISet<string> keys);

    /// <summary>Who can help whom among some operations.</summary>
    Suppliers FindSuppliers(
        Operation<TInput, TOutput>[] operations, Predicate<Operation<TInput, TOutput>> isReadOnly);
}

/// <summary>A model of keys with values of a type.</summary>
internal interface IAccessModel<TValue, TInput, TOutput> : IAccessModel<TInput, TOutput>
{
    // An access in its list, and in the tables of its key.
    private const int AccessBytes = 128;
    private const int AccessesPerLook = 4096;

    /// <summary>What every key holds before the first operation.</summary>
    TValue? InitialValue { get; }

    /// <summary>
    /// Adds what an operation does when it takes effect. Of unknown outcome it may do nothing instead, as
    /// when it did not find what it is said to read.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="keys">All keys of the part, in ordinal order.</param>
    /// <param name="accesses">Where to add.</param>
    void AddAccesses(
        in Operation<TInput, TOutput> operation, List<string> keys, List<Access<TValue>> accesses);

    IEnumerable<Access<object>> IAccessModel<TInput, TOutput>.AccessesOf(
        in Operation<TInput, TOutput> operation, List<string> keys)
    {
        var accesses = new List<Access<TValue>>();
        AddAccesses(operation, keys, accesses);
        return accesses.Select(access => new Access<object>(
            access.Key, access.Reads, access.Expected, access.Effect, access.Value)
        { SeesMore = access.SeesMore });
    }

    Suppliers IAccessModel<TInput, TOutput>.FindSuppliers(
        Operation<TInput, TOutput>[] operations, Predicate<Operation<TInput, TOutput>> isReadOnly) =>
        new Suppliers<TValue, TInput, TOutput>(this, operations, isReadOnly);

    (Verdict Verdict, Tightened? Result, IReadOnlyCollection<int> Evidence) IAccessModel<TInput, TOutput>.Tighten(
        Operation<TInput, TOutput>[] history, Part part, BudgetMeter meter)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var index in part.Source)
            AddKeys(history[index].Input, keys);
        var named = keys.ToList();
        var accesses = new List<Access<TValue>>(part.Count);
        var starts = new int[part.Count + 1];
        var reserved = 0L;
        for (var operation = 0; operation < part.Count; operation++)
        {
            AddAccesses(history[part.Source[operation]], named, accesses);
            starts[operation + 1] = accesses.Count;
            var isLast = operation == part.Count - 1;

            // A scan has as many as there are keys: few operations can take much.
            var more = (AccessBytes * (long)accesses.Count) - reserved;
            if (!isLast && more < AccessBytes * AccessesPerLook)
                continue;
            if (!meter.Look() || !meter.TryReserve(more))
            {
                meter.Reserve(-reserved);
                return (Verdict.Unknown, null, []);
            }

            reserved += more;
        }

        var tightener = new Tightener<TValue>(part, InitialValue, named, accesses, starts, meter);
        var (verdict, result) = tightener.Run();
        meter.Reserve(-reserved);
        return (verdict, result, tightener.Evidence);
    }
}
