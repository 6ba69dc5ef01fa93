using RaftKv.Platform;

namespace RaftKv.Rpc;

/// <summary>
/// Pauses that double from <paramref name="min"/> to <paramref name="max"/>, each drawn from the upper half, so that
/// those that failed together do not come back together.
/// </summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, IEntropy entropy)
{
    private readonly TimeSpan _shortest = min;
    private TimeSpan _longest = min;

    /// <summary>All is well again: the next pause is a short one.</summary>
    public void Reset() => _longest = _shortest;

    /// <summary>The pause after one more failure.</summary>
    public TimeSpan Next()
    {
        var half = (int)(_longest.Ticks / 2);
        _longest = _longest < max / 2 ? _longest * 2 : max;
        return new TimeSpan(half + entropy.Below(half + 1));
    }
}
