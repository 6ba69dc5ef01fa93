using RaftKv.Linearizability;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>What a client asks of the lock "door", or of the counter.</summary>
internal readonly record struct LockInput(LockKind Kind, string Owner = "");

/// <summary>The kinds of what it asks.</summary>
internal enum LockKind
{
    Add,
    Take,
    Give,
    Query,
}

/// <summary>One lock and a counter as a single machine would keep them: said once more, in its own words.</summary>
internal sealed class LockModel : IModel<(long Counter, string? Owner), LockInput, LockResult>
{
    public (long Counter, string? Owner) Initial => (0, null);

    public bool Step(
        (long Counter, string? Owner) state, LockInput input, Outcome<LockResult> outcome,
        out (long Counter, string? Owner) next)
    {
        var isMine = state.Owner == input.Owner;
        var (done, owner, counter) = input.Kind switch
        {
            LockKind.Add => (true, state.Owner, state.Counter + 1),
            LockKind.Take => (isMine || state.Owner is null, state.Owner ?? input.Owner, state.Counter),
            LockKind.Give => (isMine, isMine ? null : state.Owner, state.Counter),
            _ => (true, state.Owner, state.Counter),
        };
        next = (counter, owner);
        return !outcome.IsKnown
            || outcome.Value == new LockResult(done, input.Kind == LockKind.Add ? null : owner, counter);
    }

    public bool IsReadOnly(LockInput input, Outcome<LockResult> outcome) =>
        input.Kind == LockKind.Query || outcome is { IsKnown: true, Value.Done: false };
}
