using RaftKv.Linearizability.Explanations;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Models;

/// <summary>What an operation does to the one value that makes up the state.</summary>
internal enum CellEffect : byte
{
    /// <summary>Nothing that anyone could tell: a read whose answer is not known.</summary>
    None,

    /// <summary>The value is <see cref="CellOperation{TValue}.Expected"/> and stays.</summary>
    Read,

    /// <summary>The value is not <see cref="CellOperation{TValue}.Expected"/> and stays.</summary>
    ReadOther,

    /// <summary>The value becomes <see cref="CellOperation{TValue}.Value"/>.</summary>
    Write,

    /// <summary>As a write, from <see cref="CellOperation{TValue}.Expected"/> alone.</summary>
    Swap,

    /// <summary>The value grows by <see cref="CellOperation{TValue}.Value"/>.</summary>
    Append,

    /// <summary>More than one cell can tell.</summary>
    Beyond,
}

/// <summary>An operation on one value.</summary>
internal readonly record struct CellOperation<TValue>(CellEffect Effect, TValue? Expected, TValue? Value);

/// <summary>A model whose parts are cells of one value each, where no operation goes beyond one.</summary>
internal interface ICellModel<TInput, TOutput>
{
    /// <summary>What kind of effect an operation has.</summary>
    CellEffect EffectOf(in Operation<TInput, TOutput> operation);

    /// <summary>What the values of a part tell about the order of its operations; see <see cref="ChainFinder"/>.
    /// </summary>
    (Verdict Verdict, Chains? Chains, IReadOnlyCollection<int> Evidence) FindChains(
        Operation<TInput, TOutput>[] history, Part part, BudgetMeter? meter = null);

    /// <summary>A read that makes a part illegal, if there is one; see <see cref="StaleReads"/>.</summary>
    StaleRead? FindStaleRead(Operation<TInput, TOutput>[] history, Part part);

    /// <summary>The core of a stale read, if the values tell one; see <see cref="StaleReadCore"/>.</summary>
    /// <param name="part">The operations, by their number in the part.</param>
    /// <param name="stale">The read.</param>
    (List<int> Core, bool IsWithin)? StaleCore(Operation<TInput, TOutput>[] part, StaleRead stale);

    /// <summary>Whether an operation read what another wrote as a whole.</summary>
    bool Reads(in Operation<TInput, TOutput> read, in Operation<TInput, TOutput> write);

    /// <summary>Whether an operation read what was there before the first operation.</summary>
    bool ReadsInitial(in Operation<TInput, TOutput> read);
}

/// <summary>A model of cells with values of a type.</summary>
internal interface ICellModel<TValue, TInput, TOutput> : ICellModel<TInput, TOutput>
{
    /// <summary>The value of a cell before the first operation.</summary>
    TValue? InitialValue { get; }

    /// <summary>What an operation does.</summary>
    CellOperation<TValue> OperationOf(in Operation<TInput, TOutput> operation);

    /// <summary>Room for the values of one part, starting with the initial one.</summary>
    /// <param name="writers">How many values will be written or appended.</param>
    ValueNodes<TValue> Values(int writers);

    CellEffect ICellModel<TInput, TOutput>.EffectOf(in Operation<TInput, TOutput> operation) =>
        OperationOf(operation).Effect;

    (Verdict Verdict, Chains? Chains, IReadOnlyCollection<int> Evidence) ICellModel<TInput, TOutput>.FindChains(
        Operation<TInput, TOutput>[] history, Part part, BudgetMeter? meter) =>
        ChainFinder.Find(this, history, part, meter);

    StaleRead? ICellModel<TInput, TOutput>.FindStaleRead(Operation<TInput, TOutput>[] history, Part part) =>
        StaleReads.Find(this, history, part);

    (List<int> Core, bool IsWithin)? ICellModel<TInput, TOutput>.StaleCore(
        Operation<TInput, TOutput>[] part, StaleRead stale) => StaleReadCore.Of(this, part, stale);

    bool ICellModel<TInput, TOutput>.Reads(
        in Operation<TInput, TOutput> read, in Operation<TInput, TOutput> write) =>
        OperationOf(read) is { Effect: CellEffect.Read } reading
        && OperationOf(write) is { Effect: CellEffect.Write } writing
        && EqualityComparer<TValue?>.Default.Equals(reading.Expected, writing.Value);

    bool ICellModel<TInput, TOutput>.ReadsInitial(in Operation<TInput, TOutput> read) =>
        OperationOf(read) is { Effect: CellEffect.Read } reading
        && EqualityComparer<TValue?>.Default.Equals(reading.Expected, InitialValue);
}
