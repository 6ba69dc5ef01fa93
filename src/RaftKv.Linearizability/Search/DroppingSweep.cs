namespace RaftKv.Linearizability.Search;

/// <summary>
/// Looks for an order of one part by a sweep that keeps few configurations. Where none of them goes on it goes back and
/// keeps more for a while.
/// </summary>
internal sealed class DroppingSweep(Part part, StateSpace space, BudgetMeter meter)
{
    private readonly StuckWindow _window = new();
    private readonly Trail _trail = new(part, space, meter, mayRepeat: false);

    /// <summary>The operations that take effect, once an order is found.</summary>
    public List<int> Order() => SweepOrder.Of(part, space, _trail.Sweep.Paths.First());

    /// <summary>The furthest event that it could not explain, or 0.</summary>
    public int StuckAt { get; private set; }

    /// <summary>The event that no order explains, if it found that.</summary>
    public int? RefutedAt { get; private set; }

    /// <summary>How many events are explained.</summary>
    public int Explained { get; private set; }

    /// <summary>Gives the memory back.</summary>
    public void Release() => _trail.Release();

    /// <summary>Goes on for about so many steps.</summary>
    public Verdict Run(long steps)
    {
        var lastStep = meter.Steps > long.MaxValue - steps ? long.MaxValue : meter.Steps + steps;
        while (true)
        {
            var isInside = _trail.Explained < _window.End && StuckAt > 0;
            var end = isInside ? _window.End : int.MaxValue;
            var width = isInside
                ? new Width(_window.Wide, Merges: false, Chooses: _window.IsRepeated)
                : new Width(StuckWindow.Narrow, Merges: false, Chooses: true);
            var verdict = _trail.Run(end, width, lastStep);
            Explained = Math.Max(Explained, _trail.Explained);
            if (verdict == Verdict.Unknown)
                return verdict;
            if (verdict == Verdict.Illegal)
            {
                if (_trail.Sweep.IsExact)
                {
                    RefutedAt = _trail.Explained;
                    return verdict;
                }

                GoBack();
            }
            else if (_trail.Explained == part.Events.Length)
            {
                return verdict;
            }
        }
    }

    private void GoBack()
    {
        if (_trail.Explained >= _window.End || StuckAt == 0)
            _window.MoveTo(_trail.Explained);
        else
            _window.TryAgain();
        StuckAt = Math.Max(StuckAt, _trail.Explained);
        _trail.Attempt++;
        _trail.GoBack(_window.Start);
    }
}
