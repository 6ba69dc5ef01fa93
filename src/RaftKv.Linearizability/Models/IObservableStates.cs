using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Models;

/// <summary>
/// A model that can tell which states of a part all its operations treat alike: values that none of them finds or
/// expects, nor anything that they may grow to. The searches take these states as one.
/// </summary>
internal interface IObservableStates<TState, TInput, TOutput>
{
    /// <summary>Tells whether a state is unlike all others; null: every one may be.</summary>
    Predicate<TState>? ObservableStates(Operation<TInput, TOutput>[] history, Part part);
}
