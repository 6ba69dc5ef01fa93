namespace RaftKv.Linearizability.Search;

/// <summary>
/// A sweep of one part that can go back: it keeps copies of where it has been, the sparser the longer ago.
/// </summary>
internal sealed class Trail(Part part, StateSpace space, BudgetMeter meter, bool mayRepeat)
{
    private const int Spacing = 32;
    private readonly List<(int At, Sweep Sweep)> _copies = [];
    private Sweep _sweep = new(space, meter, mayRepeat);

    /// <summary>How many events are explained.</summary>
    public int Explained { get; private set; }

    /// <summary>Where it is now.</summary>
    public Sweep Sweep => _sweep;

    /// <summary>Goes on to an event, for about so many steps; illegal when nothing explains the next one.</summary>
    public Verdict Run(int end, Width width, long lastStep)
    {
        _sweep.Width = width;
        for (; Explained < Math.Min(end, part.Events.Length); Explained++)
        {
            if (Explained % Spacing == 0)
                Remember();
            if (meter.Steps >= lastStep)
                return Verdict.Unknown;
            var called = part.Events[Explained];
            if (called >= 0)
                _sweep.Call(called, space.Classes[called], part.ReturnAt[called]);
            else if (!_sweep.Return(~called, Explained))
                return Verdict.Unknown;
            else if (_sweep.IsLost)
                return Verdict.Linearizable;
            else if (_sweep.Count == 0)
                return Verdict.Illegal;
        }

        return Verdict.Linearizable;
    }

    /// <summary>Goes back to some event up to this one.</summary>
    public void GoBack(int place)
    {
        _sweep.Release();
        var last = _copies.FindLastIndex(copy => copy.At <= place);
        (Explained, _sweep) = (_copies[last].At, _copies[last].Sweep.Clone());
        Forget(last + 1, _copies.Count - last - 1);
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _sweep.Release();
        Forget(0, _copies.Count);
    }

    /// <summary>Of the older copies those are kept whose number is a multiple of a high power of two.</summary>
    private void Remember()
    {
        if (_copies.Count > 0 && _copies[^1].At == Explained)
            return;
        var now = Explained / Spacing;
        for (var i = _copies.Count - 1; i > 0; i--)
        {
            var number = _copies[i].At / Spacing;
            if (now - number > 4 * (number & -number))
                Forget(i, 1);
        }

        _copies.Add((Explained, _sweep.Clone()));
    }

    private void Forget(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            _copies[i].Sweep.Release();
        _copies.RemoveRange(first, count);
    }
}
