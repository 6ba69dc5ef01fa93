using RaftKv.Platform;

namespace RaftKv.Client;

/// <summary>
/// Pauses that double from <paramref name="min"/> to <paramref name="max"/>, each drawn from the upper half, so that
/// clients that failed together do not come back together.
/// </summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, IEntropy entropy)
{
    private TimeSpan _longest = min;

    public TimeSpan Next()
    {
        var half = (int)(_longest.Ticks / 2);
        _longest = _longest < max / 2 ? _longest * 2 : max;
        return new TimeSpan(half + entropy.Below(half + 1));
    }
}
