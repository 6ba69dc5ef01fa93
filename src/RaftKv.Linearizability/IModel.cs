namespace RaftKv.Linearizability;

/// <summary>
/// A sequential specification: what one operation at a time may answer, and what it leaves behind.
/// Implementations are pure; states are immutable values.
/// </summary>
/// <typeparam name="TState">The object's state, or one part's if there are <see cref="Parts"/>.</typeparam>
/// <typeparam name="TInput">What a client asked for. Inputs that are equal are treated as the same request.</typeparam>
/// <typeparam name="TOutput">What it was answered.</typeparam>
public interface IModel<TState, TInput, TOutput>
    where TInput : notnull
{
    /// <summary>The state before the first operation.</summary>
    TState Initial { get; }

    /// <summary>Applies one operation.</summary>
    /// <param name="state">The state before it.</param>
    /// <param name="input">The request.</param>
    /// <param name="outcome">The answer; of unknown outcome, every answer must be taken as possible.</param>
    /// <param name="next">The state after it, when possible.</param>
    /// <returns>Whether the operation can give this answer in this state.</returns>
    bool Step(TState state, TInput input, Outcome<TOutput> outcome, out TState next);

    /// <summary>
    /// Whether an operation with this answer leaves every state as it is in which it is possible, as a read does.
    /// Saying false is always right; saying true makes the search much faster.
    /// </summary>
    bool IsReadOnly(TInput input, Outcome<TOutput> outcome) => false;

    /// <summary>
    /// An operation in words, for explanations: "put x = 1", "read 1 from x". It follows the name of a client.
    /// </summary>
    string Describe(TInput input, Outcome<TOutput> outcome) =>
        outcome.IsKnown ? $"{input} = {outcome.Value}" : $"{input}";

    /// <summary>When two states are the same.</summary>
    IEqualityComparer<TState> States => EqualityComparer<TState>.Default;

    /// <summary>
    /// When two inputs touch the same part of the object, if it is made of independent parts (keys): each part is
    /// checked on its own, from <see cref="Initial"/>. Null: the object is one part.
    /// </summary>
    IEqualityComparer<TInput>? Parts => null;
}
