namespace RaftKv.Linearizability.Search;

/// <summary>
/// Looks for a proof that one part is illegal by a sweep that merges configurations into fewer that allow more, less so
/// around an event where another search is stuck. Every repeatable operation of unknown outcome counts as
/// inexhaustible: what is illegal even so is illegal.
/// </summary>
internal sealed class MergingSweep(Part part, StateSpace space, BudgetMeter meter)
{
    private readonly StuckWindow _window = new();
    private readonly Trail _trail = new(part, space, meter, mayRepeat: true);

    /// <summary>The event that could not be explained.</summary>
    public int? RefutedAt { get; private set; }

    /// <summary>Gives the memory back.</summary>
    public void Release() => _trail.Release();

    /// <summary>Goes on for about so many steps.</summary>
    /// <param name="steps">How many.</param>
    /// <param name="stuckAt">An event that another search cannot explain.</param>
    public Verdict Run(long steps, int stuckAt)
    {
        var lastStep = meter.Steps > long.MaxValue - steps ? long.MaxValue : meter.Steps + steps;
        while (meter.Steps < lastStep)
        {
            if (stuckAt != _window.At)
            {
                _window.MoveTo(stuckAt);
                if (_trail.Explained > _window.Start)
                    _trail.GoBack(_window.Start);
            }

            var isInside = _trail.Explained >= _window.Start;
            var width = new Width(isInside ? _window.Wide : StuckWindow.Narrow, Merges: true);
            var verdict = _trail.Run(isInside ? _window.End : _window.Start, width, lastStep);
            if (verdict == Verdict.Illegal)
            {
                RefutedAt = _trail.Explained;
                return verdict;
            }

            if (verdict == Verdict.Unknown)
                return verdict;
            if (!isInside && !_trail.Sweep.IsLost)
                continue;
            if (_window.Start == 0 && _trail.Explained == part.Events.Length && _trail.Sweep.IsExact)
                return Verdict.Unknown;
            _window.Widen();
            _trail.GoBack(_window.Start);
        }

        return Verdict.Unknown;
    }
}
