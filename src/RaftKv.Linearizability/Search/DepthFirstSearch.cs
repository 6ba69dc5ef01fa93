namespace RaftKv.Linearizability.Search;

/// <summary>
/// The search of Wing and Gong with Lowe's memory of configurations, over one part. Three rules cut it down, each
/// because some linearization of every linearizable history keeps to it:
/// a read that can take effect now does so at once;
/// of equal operations of unknown outcome the one called first is used first;
/// one of unknown outcome takes effect only if the operation right after it would come out differently without it
/// (else drop it, and take a linearization with the fewest of them).
/// </summary>
internal sealed class DepthFirstSearch
{
    private const int None = -1;
    private readonly Part _part;
    private readonly int[] _classes;
    private readonly StateSpace _space;
    private readonly BudgetMeter _meter;
    private ConfigurationSet _seen = new();
    private bool _isGivenUp;

    // The events of the operations of known outcome that have not taken effect: a doubly linked list with a sentinel.
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int _sentinel;

    private readonly UnknownOperations _unknowns;
    private readonly bool[] _isTaken;
    private readonly List<Frame> _path = [];
    private int _missing;
    private int _state;

    // The state before the last operation, if that was one of unknown outcome.
    private int _stateBeforeUnknown = None;
    private ulong _high;
    private ulong _low;

    public DepthFirstSearch(Part part, StateSpace space, BudgetMeter meter)
    {
        (_part, _classes, _space, _meter) = (part, space.Classes, space, meter);
        _sentinel = part.Events.Length;
        _next = new int[_sentinel + 1];
        _previous = new int[_sentinel + 1];
        var last = _sentinel;
        for (var at = 0; at < _sentinel; at++)
        {
            if (part.Events[at] >= 0 && part.IsUnknown(part.Events[at]))
                continue;
            (_next[last], _previous[at]) = (at, last);
            last = at;
            _missing += part.Events[at] >= 0 ? 1 : 0;
        }

        (_next[last], _previous[_sentinel]) = (_sentinel, last);

        _unknowns = new UnknownOperations(part, _classes);
        _isTaken = new bool[part.Count];
        meter.Reserve(_seen.Bytes);
    }

    /// <summary>The operations that have taken effect, in their order.</summary>
    public List<int> Order() => _path.ConvertAll(frame => frame.Operation);

    /// <summary>How many events the furthest path so far explains: up to the first return that it has not got to.
    /// </summary>
    public int Explained { get; private set; }

    /// <summary>Gives the memory back, and the search up.</summary>
    public void Release()
    {
        _meter.Reserve(-_seen.Bytes);
        (_seen, _isGivenUp) = (new(), true);
        _meter.Reserve(_seen.Bytes);
    }

    public Verdict Run(long stepLimit)
    {
        var lastStep = _meter.Steps > long.MaxValue - stepLimit ? long.MaxValue : _meter.Steps + stepLimit;
        while (!_isGivenUp)
        {
            var worthwhile = TakeReads();
            if (_missing == 0)
                return Verdict.Linearizable;
            if (_seen.GrowthBytes is > 0 and var bytes)
            {
                var held = _seen.Bytes;
                if (!_meter.TryReserve(bytes))
                {
                    // The other searches can do with less.
                    Release();
                    return Verdict.Unknown;
                }

                _seen.Grow();
                _meter.Reserve(-held);
            }

            var choice = worthwhile && IsNew() ? FirstChoice() : None;
            while (choice == None)
            {
                if (_path.Count == 0)
                    return Verdict.Illegal;
                choice = Undo() is var undone and not None ? NextChoice(undone) : None;
            }

            Take(choice, isChoice: true);
            if (_meter.IsExhausted || _meter.Steps >= lastStep)
                return Verdict.Unknown;
        }

        return Verdict.Unknown;
    }

    /// <summary>Takes what reads this state; false when one shows the last unknown operation to be of no use.</summary>
    private bool TakeReads()
    {
        var last = _sentinel;
        for (var at = _next[last]; at != _sentinel && _part.Events[at] >= 0; at = _next[last])
        {
            var operationClass = _classes[_part.Events[at]];
            if (!_space.IsReadOnly(operationClass) || Step(_state, operationClass) == StateSpace.Impossible)
            {
                last = at;
                continue;
            }

            if (!IsWorthwhile(operationClass, _state))
                return false;
            Take(at, isChoice: false);
        }

        return true;
    }

    private bool IsNew()
    {
        var rest = ((ulong)(uint)_state << 32) | (uint)_stateBeforeUnknown;
        return _seen.Add(_high ^ ConfigurationSet.Mix(rest), _low ^ ConfigurationSet.Mix(~rest));
    }

    // Choices are numbered: the events of calls, then above the sentinel the groups of equal unknown operations.
    private int FirstChoice() => ChoiceAt(_next[_sentinel]);

    private int NextChoice(int choice) => choice < _sentinel ? ChoiceAt(_next[choice]) : UnknownChoice(choice + 1);

    private int ChoiceAt(int at)
    {
        for (; _part.Events[at] >= 0; at = _next[at])
        {
            var operationClass = _classes[_part.Events[at]];
            if (!_space.IsReadOnly(operationClass) && IsPossible(operationClass) && !Loses(_part.Events[at]))
                return at;
        }

        Explained = Math.Max(Explained, at);
        return UnknownChoice(_sentinel + 1);
    }

    private int UnknownChoice(int choice)
    {
        var firstReturn = _next[_sentinel];
        while (_part.Events[firstReturn] >= 0)
            firstReturn = _next[firstReturn];
        for (; choice - _sentinel - 1 < _unknowns.GroupCount; choice++)
        {
            var operation = _unknowns.First(choice - _sentinel - 1);
            if (operation == None || _part.CallAt[operation] > firstReturn)
                continue;
            var operationClass = _classes[operation];
            if (Step(_state, operationClass) != _state && IsPossible(operationClass) && !Loses(operation))
                return choice;
        }

        return None;
    }

    private bool IsPossible(int operationClass)
    {
        var next = Step(_state, operationClass);
        return next != StateSpace.Impossible && IsWorthwhile(operationClass, next);
    }

    /// <summary>Whether what another operation must find would be gone.</summary>
    private bool Loses(int operation)
    {
        foreach (var reader in _space.LostBy(_state, _classes[operation]))
        {
            if (reader != operation && !_isTaken[reader])
                return true;
        }

        return false;
    }

    private bool IsWorthwhile(int operationClass, int next) =>
        _stateBeforeUnknown == None || Step(_stateBeforeUnknown, operationClass) != next;

    private int Step(int state, int operationClass)
    {
        _meter.Spend();
        return _space.Step(state, operationClass);
    }

    private void Take(int choice, bool isChoice)
    {
        var operation = choice > _sentinel ? _unknowns.Use(choice - _sentinel - 1) : _part.Events[choice];
        _isTaken[operation] = true;
        _path.Add(new Frame(choice, operation, isChoice, _state, _stateBeforeUnknown));
        Flip(operation);
        if (choice > _sentinel)
        {
            _stateBeforeUnknown = _state;
            _state = _space.Step(_state, _classes[operation]);
            return;
        }

        Unlink(choice);
        Unlink(_part.ReturnAt[operation]);
        _missing--;
        _stateBeforeUnknown = None;
        if (isChoice)
            _state = _space.Step(_state, _classes[operation]);
    }

    /// <summary>Undoes the last operation; its choice, or none if it had been taken without choosing.</summary>
    private int Undo()
    {
        var frame = _path[^1];
        _path.RemoveAt(_path.Count - 1);
        (_state, _stateBeforeUnknown) = (frame.State, frame.StateBeforeUnknown);
        _isTaken[frame.Operation] = false;
        Flip(frame.Operation);
        if (frame.Choice > _sentinel)
        {
            _unknowns.Release(frame.Choice - _sentinel - 1);
            return frame.Choice;
        }

        Relink(_part.ReturnAt[frame.Operation]);
        Relink(frame.Choice);
        _missing++;
        return frame.IsChoice ? frame.Choice : None;
    }

    private void Flip(int operation)
    {
        _high ^= ConfigurationSet.Mix((ulong)operation << 1);
        _low ^= ConfigurationSet.Mix(((ulong)operation << 1) | 1);
    }

    private void Unlink(int at)
    {
        _next[_previous[at]] = _next[at];
        _previous[_next[at]] = _previous[at];
    }

    private void Relink(int at)
    {
        _next[_previous[at]] = at;
        _previous[_next[at]] = at;
    }

    private readonly record struct Frame(
        int Choice, int Operation, bool IsChoice, int State, int StateBeforeUnknown);
}
