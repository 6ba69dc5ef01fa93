namespace RaftKv.Linearizability.Online;

/// <summary>
/// Checks a history while it happens: the first answer that no order of the operations can explain is reported at
/// once. Keys are followed one by one; what touches several keys at once is beyond it (see <see cref="IsComplete"/>).
/// It holds what is open, not what has been. Not thread-safe.
/// </summary>
/// <param name="model">What the object does when operations come one at a time.</param>
/// <param name="stepsMax">
/// The most steps that looking at one answer may take; beyond it the key is followed no more.
/// </param>
public sealed class OnlineChecker<TState, TInput, TOutput>(
    IModel<TState, TInput, TOutput> model, long stepsMax = 100_000) : IHistoryWatcher<TInput, TOutput>
    where TInput : notnull
{
    private readonly Dictionary<string, OnlinePart<TState, TInput, TOutput>> _parts = [];
    private readonly Dictionary<int, (OnlinePart<TState, TInput, TOutput> Part, int Operation)> _open = [];
    private readonly OnlineKeys _keys = new();

    /// <summary>Whether an answer was impossible. It stays so.</summary>
    public bool IsIllegal { get; private set; }

    /// <summary>
    /// Whether everything was followed. Where it was not, an impossible answer may have gone unnoticed; none that was
    /// reported is possible.
    /// </summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>How much is held, in states and operations.</summary>
    internal int Held => _open.Count + _parts.Values.Sum(part => part.Held);

    /// <summary>Events so far: calls, answers and losses.</summary>
    public long Events { get; private set; }

    /// <inheritdoc/>
    public void Invoke(int process, TInput input)
    {
        Events++;
        _keys.Clear();
        model.Touch(input, _keys);
        if (_keys.All is not [var key])
        {
            StopFollowing(input);
            return;
        }

        if (!_parts.TryGetValue(key, out var part))
            _parts.Add(key, part = new(model, stepsMax));
        _open.Add(process, (part, part.Invoke(input)));
    }

    /// <inheritdoc/>
    public bool Return(int process, TOutput output)
    {
        Events++;
        if (_open.Remove(process, out var open) && !open.Part.Return(open.Operation, output))
            IsIllegal = true;
        IsComplete &= open.Part?.IsFollowed ?? true;
        return !IsIllegal;
    }

    /// <inheritdoc/>
    public void Unknown(int process)
    {
        Events++;
        if (_open.Remove(process, out var open))
            open.Part.Lose(open.Operation);
    }

    /// <inheritdoc/>
    public void Discard(int process)
    {
        Events++;
        if (_open.Remove(process, out var open))
            open.Part.Discard(open.Operation);
    }

    /// <summary>Something touches several keys: unless it only reads, what they hold is not known any more.</summary>
    private void StopFollowing(TInput input)
    {
        IsComplete = false;
        if (model.IsReadOnly(input, default))
            return;
        foreach (var key in _keys.IsEverything ? [.. _parts.Keys] : _keys.All)
        {
            if (!_parts.TryGetValue(key, out var part))
                _parts.Add(key, part = new(model, stepsMax));
            part.IsFollowed = false;
        }
    }
}
