namespace RaftKv.Linearizability.Search;

/// <summary>
/// A sweep of one part that can go back: it keeps copies of where it has been, the sparser the longer ago.
/// </summary>
/// <param name="part">The part.</param>
/// <param name="space">What its operations do.</param>
/// <param name="meter">What the search may spend.</param>
/// <param name="mayRepeat">
/// Whether operations of unknown outcome may take effect any number of times; what took effect is not remembered then.
/// </param>
internal sealed class Trail(Part part, StateSpace space, BudgetMeter meter, bool mayRepeat)
{
    private const int Spacing = 32;
    private readonly List<(int At, Sweep Sweep)> _copies = [];
    private readonly PathMemory? _paths = mayRepeat ? null : new(meter);
    private Sweep? _sweep;

    /// <summary>How many events are explained.</summary>
    public int Explained { get; private set; }

    /// <summary>See <see cref="Sweep.Attempt"/>.</summary>
    public int Attempt { get; set; }

    /// <summary>Where it is now.</summary>
    public Sweep Sweep => _sweep ??= new(space, meter, mayRepeat, paths: _paths);

    /// <summary>Goes on to an event, for about so many steps; illegal when nothing explains the next one.</summary>
    public Verdict Run(int end, Width width, long lastStep)
    {
        (Sweep.Width, Sweep.Attempt) = (width, Attempt);
        for (; Explained < Math.Min(end, part.Events.Length); Explained++)
        {
            if (Explained % Spacing == 0)
                Remember();
            if (meter.Steps >= lastStep)
                return Verdict.Unknown;
            var called = part.Events[Explained];
            if (called >= 0)
                Sweep.Call(called, space.Classes[called], part.ReturnAt[called]);
            else if (!Sweep.Return(~called, Explained))
                return Verdict.Unknown;
            else if (Sweep.IsLost)
                return Verdict.Linearizable;
            else if (Sweep.Count == 0)
                return Verdict.Illegal;
        }

        return Verdict.Linearizable;
    }

    /// <summary>Goes back to some event up to this one.</summary>
    public void GoBack(int place)
    {
        Sweep.Release();
        var last = _copies.FindLastIndex(copy => copy.At <= place);
        (Explained, _sweep) = (_copies[last].At, _copies[last].Sweep.Clone());
        Forget(last + 1, _copies.Count - last - 1);
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        Sweep.Release();
        Forget(0, _copies.Count);
        _paths?.Release();
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

        _paths?.Recount(_copies.Select(copy => copy.Sweep).Append(Sweep));

        // With no room for one more copy it goes back further.
        if (_copies.Count == 0 || meter.HasRoom(Sweep.Bytes))
            _copies.Add((Explained, Sweep.Clone()));
    }

    private void Forget(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            _copies[i].Sweep.Release();
        _copies.RemoveRange(first, count);
    }
}
