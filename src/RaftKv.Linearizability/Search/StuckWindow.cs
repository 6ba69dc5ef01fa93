namespace RaftKv.Linearizability.Search;

/// <summary>
/// Where a narrow sweep found nothing to go on with, and how far around it a wide one is tried: further and wider in
/// every round.
/// </summary>
internal sealed class StuckWindow
{
    private const int FirstReach = 32;
    private const int FirstWidth = 8;
    private const int Factor = 4;

    /// <summary>The width outside.</summary>
    public const int Narrow = 2;

    private const int AttemptsMax = 2;

    private int _reach = FirstReach;
    private int _attempts;

    /// <summary>The event.</summary>
    public int At { get; private set; }

    /// <summary>The width inside.</summary>
    public int Wide { get; private set; } = FirstWidth;

    /// <summary>The first event inside.</summary>
    public int Start => Math.Max(0, At - _reach);

    /// <summary>The first event behind.</summary>
    public int End => (int)Math.Min(int.MaxValue, (long)At + _reach);

    /// <summary>Whether it is not the first try of a round.</summary>
    public bool IsRepeated => _attempts % AttemptsMax != 0;

    /// <summary>A search failed that leaves something to chance: every few times goes on to the next round.</summary>
    public void TryAgain()
    {
        if (++_attempts % AttemptsMax == 0)
            Widen();
    }

    /// <summary>Goes on to the next round.</summary>
    public void Widen()
    {
        _reach = (int)Math.Min(int.MaxValue, (long)_reach * Factor);
        Wide = (int)Math.Min(int.MaxValue, (long)Wide * Factor);
    }

    /// <summary>Begins again around another event.</summary>
    public void MoveTo(int place) => (At, _reach, Wide, _attempts) = (place, FirstReach, FirstWidth, 0);
}
