namespace RaftKv.Linearizability.Models;

/// <summary>The kinds of operations on a mutex.</summary>
public enum MutexInput
{
    /// <summary>Takes the free mutex.</summary>
    Acquire,

    /// <summary>Frees the taken mutex, whoever took it.</summary>
    Release,
}

/// <summary>
/// A mutex, free at first, without owners: the state is whether it is taken, an answer says whether the request
/// succeeded, which it does from the other state only.
/// </summary>
public sealed class MutexModel : IModel<bool, MutexInput, bool>
{
    /// <inheritdoc/>
    public bool Initial => false;

    /// <inheritdoc/>
    public bool Step(bool state, MutexInput input, Outcome<bool> outcome, out bool next)
    {
        var succeeds = state == (input == MutexInput.Release);
        next = succeeds ? !state : state;
        return !outcome.IsKnown || outcome.Value == succeeds;
    }

    /// <inheritdoc/>
    public string Describe(MutexInput input, Outcome<bool> outcome) =>
        (outcome is { IsKnown: true, Value: false } ? "could not " : "did ") + input.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public bool IsReadOnly(MutexInput input, Outcome<bool> outcome) => outcome is { IsKnown: true, Value: false };
}
