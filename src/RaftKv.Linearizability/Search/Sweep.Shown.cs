namespace RaftKv.Linearizability.Search;

// What changes nothing need only be shown.
internal sealed partial class Sweep
{
    /// <summary>
    /// An operation that changes nothing was called and returns: keeps the configurations in which it was possible at
    /// some moment since its call, if there are any, and false if not.
    /// </summary>
    public bool Show(int operationClass, int callAt)
    {
        _next.Clear(_words);
        for (var place = 0; place < _frontier.All.Count; place++)
        {
            if (_frontier.Holds(place) && Shows(place, operationClass, callAt))
                _next.Add(_frontier.All[place], _frontier.All.PathOf(place));
        }

        if (_next.Count == 0)
            return false;
        (_frontier, _next) = (_next, _frontier);
        return true;
    }

    private bool Shows(int place, int operationClass, int callAt)
    {
        var state = Configurations.StateOf(_frontier.All[place]);
        if (Step(state, operationClass) == state)
            return true;
        for (var step = _frontier.All.PathOf(place); step is { Before: { } before }; step = before)
        {
            // Before a step its state held up to it.
            if (step.At < callAt)
                return false;
            if (Step(before.State, operationClass) == before.State)
                return true;
        }

        return false;
    }
}
