using RaftKv.Linearizability.UniqueValues;

namespace RaftKv.Linearizability.Models;

/// <summary>What an operation does to the one value that makes up the state.</summary>
internal enum CellEffect
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
}

/// <summary>An operation on one value.</summary>
internal readonly record struct CellOperation<TValue>(CellEffect Effect, TValue? Expected, TValue? Value);

/// <summary>A model whose state is one value, so that what is read tells which operations came before.</summary>
internal interface ICellModel<TValue, TInput, TOutput> : IModel<TValue?, TInput, TOutput>
    where TInput : notnull
{
    /// <summary>What an operation does.</summary>
    CellOperation<TValue> EffectOf(TInput input, Outcome<TOutput> outcome);

    /// <summary>Room for the values of one part, starting with the initial one.</summary>
    ValueNodes<TValue> Values();
}
