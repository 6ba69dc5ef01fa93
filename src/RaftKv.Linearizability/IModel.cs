namespace RaftKv.Linearizability;

/// <summary>
/// A sequential specification: what one operation at a time may answer, and what it leaves behind.
/// Implementations are pure; states are immutable values.
/// </summary>
/// <typeparam name="TState">The object's state.</typeparam>
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
    /// Names the keys that an operation touches, if the object is made of independent parts: those that no operation
    /// touches together are checked apart, each from <see cref="Initial"/>. An operation must do the same, and answer
    /// the same, whatever the keys hold that it does not touch. Without this the object is one part.
    /// </summary>
    void Touch(TInput input, PartFinder parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        parts.TouchAll();
    }
}
