namespace RaftKv.Linearizability.Models;

/// <summary>A model whose states hold values by key.</summary>
internal interface IKeyedStates<in TState>
{
    /// <summary>What a key holds in a state; null: it is absent.</summary>
    string? ValueOf(TState state, string key);
}
