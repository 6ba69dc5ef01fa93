namespace RaftKv.Linearizability.Search;

/// <summary>
/// Goes through the events of one part in time order and keeps every <see cref="Configuration"/> that explains them so
/// far, over the open operations only. An operation takes effect when the return of one forces it (Lowe's just-in-time
/// linearization). What keeps the configurations few, where depth-first search would have to try all orders:
/// an operation that would change nothing, or that a write has just overwritten, becomes optional, as one of unknown
/// outcome is from its call on; a configuration that leaves more optional dominates one that leaves less;
/// nothing takes effect that the next operation neither needs nor shows;
/// of equal operations that are both pending, or both optional, the one that returns first goes first.
/// </summary>
internal sealed class Sweep
{
    private readonly Part _part;
    private readonly int[] _classes;
    private readonly StateSpace _space;
    private readonly BudgetMeter _meter;

    // The open operations, those that return first in front; a slot each.
    private readonly List<int> _open = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly int[] _slots;
    private int _slotCount;
    private Frontier _frontier = new();
    private int _at;

    public Sweep(Part part, int[] classes, StateSpace space, BudgetMeter meter)
    {
        (_part, _classes, _space, _meter) = (part, classes, space, meter);
        _slots = new int[part.Count];
        _frontier.Add(new Configuration(0, new ulong[2]));
    }

    /// <summary>Goes on for about so many steps.</summary>
    public Verdict Run(long stepLimit)
    {
        var lastStep = _meter.Steps > long.MaxValue - stepLimit ? long.MaxValue : _meter.Steps + stepLimit;
        for (; _at < _part.Events.Length; _at++)
        {
            if (_meter.Steps >= lastStep)
                return Verdict.Unknown;
            if (_part.Events[_at] >= 0)
            {
                Call(_part.Events[_at]);
                continue;
            }

            var next = Return(~_part.Events[_at]);
            if (next is null)
                return Verdict.Unknown;
            if (next.Count == 0)
                return Verdict.Illegal;
            _frontier = next;
        }

        return Verdict.Linearizable;
    }

    private void Call(int operation)
    {
        var operationClass = _classes[operation];
        var isUnknown = _part.IsUnknown(operation);
        if (isUnknown && _space.IsReadOnly(operationClass))
            return;
        var slot = _freeSlots.TryPop(out var free) ? free : _slotCount++;
        _slots[operation] = slot;
        var place = _open.FindIndex(other => _part.ReturnAt[other] > _part.ReturnAt[operation]);
        _open.Insert(place < 0 ? _open.Count : place, operation);
        Widen();
        if (isUnknown)
            return;
        foreach (var configuration in _frontier.All)
        {
            if (Step(configuration.State, operationClass) != configuration.State)
                configuration.SetPending(slot);
        }
    }

    private void Widen()
    {
        var words = (_slotCount + 63) / 64;
        if (_frontier.All.First().Words >= words)
            return;
        var wider = new Frontier();
        foreach (var configuration in _frontier.All)
            wider.Add(configuration.Widened(words));
        _frontier = wider;
    }

    /// <summary>The configurations in which the operation has taken effect; null: the budget has run out.</summary>
    private Frontier? Return(int operation)
    {
        var isRead = _space.IsReadOnly(_classes[operation]);
        var next = new Frontier();
        var seen = new HashSet<Configuration>();
        var toExtend = new Stack<Configuration>();
        long bytes = 0;
        foreach (var configuration in _frontier.All)
        {
            Keep(configuration);
            if (!IsSettled(configuration))
                toExtend.Push(configuration);
        }

        while (toExtend.TryPop(out var configuration))
        {
            if (_meter.IsExhausted)
            {
                _meter.Reserve(-bytes);
                return null;
            }

            foreach (var other in _open)
            {
                if (Extend(configuration, other, operation) is not { } extended)
                    continue;
                Keep(extended);
                if (IsSettled(extended) || !seen.Add(extended))
                    continue;
                bytes += extended.Bytes;
                _meter.Reserve(extended.Bytes);
                toExtend.Push(extended);
            }
        }

        _meter.Reserve(-bytes);
        _open.Remove(operation);
        _freeSlots.Push(_slots[operation]);
        return next;

        // Until its return, an operation that could count as done can still take effect; a read has no effect.
        bool IsSettled(Configuration configuration) => isRead
            ? !configuration.IsPending(_slots[operation])
            : configuration.IsDone(_slots[operation]);

        void Keep(Configuration kept)
        {
            if (!kept.IsPending(_slots[operation]))
                _meter.Spend(next.Add(kept.Without(_slots[operation])));
        }
    }

    /// <summary>What an open operation makes of a configuration; null when that leads nowhere.</summary>
    /// <param name="from">Where it starts.</param>
    /// <param name="operation">What takes effect.</param>
    /// <param name="returning">The operation that has to take effect in the end.</param>
    private Configuration? Extend(Configuration from, int operation, int returning)
    {
        var operationClass = _classes[operation];
        if (from.IsDone(_slots[operation]) || _space.IsReadOnly(operationClass) || HasTwinInFront(from, operation))
            return null;
        var state = Step(from.State, operationClass);
        var overwrites = _space.Overwrites(operationClass);
        if (state == StateSpace.Impossible || (state == from.State && !overwrites))
            return null;
        if (from.Unproved != Configuration.None)
        {
            // Without the operation before, this one would come out the same.
            if (from.UnprovedIsOptional && Step(from.Unproved, operationClass) == state)
                return null;
            if (overwrites && from.UnprovedIsTotal)
                return null;
        }

        var extended = from.After(_slots[operation], state, _space.IsTotal(operationClass));
        bool isShown = false, hides = false;
        foreach (var other in _open)
        {
            if (!extended.IsPending(_slots[other]))
                continue;
            if (Step(state, _classes[other]) == state)
                isShown = true;
            else if (overwrites && _space.IsTotal(_classes[other]) && other != returning)
                hides = true;
            else
                continue;
            extended.SetOptional(_slots[other]);
        }

        // Writing what is there already can only hide what was written in between.
        if (state == from.State)
            return hides ? extended.Proved() : null;
        return isShown ? extended.Proved() : extended;
    }

    private bool HasTwinInFront(Configuration from, int operation)
    {
        foreach (var other in _open)
        {
            if (other == operation)
                return false;
            if (_classes[other] == _classes[operation]
                && !from.IsDone(_slots[other])
                && from.IsPending(_slots[other]) == from.IsPending(_slots[operation]))
            {
                return true;
            }
        }

        return false;
    }

    private int Step(int state, int operationClass)
    {
        _meter.Spend();
        return _space.Step(state, operationClass);
    }
}
