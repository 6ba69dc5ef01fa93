using System.Numerics;

namespace RaftKv.Linearizability.Search;

/// <summary>
/// Goes through the events of one part in time order and keeps every configuration that explains them so far, over the
/// open operations only (<see cref="Configurations"/>). Operations take effect when the return of one forces it, in
/// sequences that end with that one (Lowe's just-in-time linearization). What keeps the configurations few, where
/// depth-first search would have to try all orders:
/// an operation that would change nothing, or that a write has just overwritten, becomes optional, as one of unknown
/// outcome is from its call on; a configuration that leaves more optional dominates one that leaves less;
/// nothing takes effect that the next operation neither needs nor shows;
/// of equal operations that are both pending, or both optional, the one that returns first goes first.
/// Of a <see cref="Width"/> it goes on from some of the configurations only.
/// </summary>
internal sealed partial class Sweep
{
    // What a copy takes without its configurations and open operations.
    private const long CopyBytes = 4096;

    private readonly StateSpace _space;
    private readonly BudgetMeter _meter;
    private readonly OpenOperations _open;
    private readonly Frontier _reached;
    private Width _width;
    private readonly PathMemory? _paths;
    private Frontier _frontier;
    private Frontier _next;
    private ulong[] _from = [];
    private ulong[] _after = [];
    private int _words = 1;
    private long _copyBytes;
    private bool _isExactSoFar = true;
    private int _now;

    /// <param name="space">What the operations do.</param>
    /// <param name="meter">What the search may spend.</param>
    /// <param name="mayRepeat">Whether operations of unknown outcome may take effect any number of times.</param>
    /// <param name="width">How many configurations to go on from.</param>
    /// <param name="paths">Where to remember what took effect; null: nowhere.</param>
    public Sweep(
        StateSpace space, BudgetMeter meter, bool mayRepeat = false, Width? width = null, PathMemory? paths = null)
    {
        (_space, _meter, _paths, _width) = (space, meter, paths, width ?? Width.All);
        _open = new OpenOperations(space, mayRepeat);
        (_frontier, _next, _reached) = (new(meter, _width), new(meter, _width), new(meter, _width));
        SetWords(_open.Words);
        _frontier.Clear(_words);
        _frontier.Add(_after, null);
    }

    private Sweep(
        Sweep other, StateSpace space, Func<int, int>? stateOf, OpenOperations open, PathMemory? paths)
    {
        (_space, _meter, _paths, _width, _open) = (space, other._meter, paths, other._width, open);
        (_frontier, _next, _reached) = (new(_meter, _width), new(_meter, _width), new(_meter, _width));
        _isExactSoFar = other.IsExact;
        _copyBytes = CopyBytes + open.Bytes;
        _meter.Reserve(_copyBytes);
        SetWords(other._words);
        _frontier.Clear(_words);
        for (var place = 0; place < other._frontier.All.Count; place++)
        {
            if (!other._frontier.Holds(place))
                continue;
            other._frontier.All[place].CopyTo(_after);
            if (stateOf is not null)
                _after[0] = (uint)stateOf(Configurations.StateOf(_after));
            _frontier.Add(_after, other._frontier.All.PathOf(place));
        }
    }

    /// <summary>How many configurations explain the events so far; 0: they are illegal.</summary>
    public int Count => _frontier.Count;

    /// <summary>What took effect in the configurations that explain all events so far.</summary>
    public IEnumerable<Applied?> Paths =>
        Enumerable.Range(0, _frontier.All.Count).Where(_frontier.Holds).Select(_frontier.All.PathOf);

    /// <summary>How many configurations to go on from.</summary>
    public Width Width
    {
        set => _width = _frontier.Width = _next.Width = _reached.Width = value;
    }

    /// <summary>Whether every configuration was kept: none was dropped or merged.</summary>
    public bool IsExact => _isExactSoFar && _frontier.IsExact && _next.IsExact && _reached.IsExact;

    /// <summary>Whether merging made too many, and it tells nothing any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>About how much memory a copy takes.</summary>
    public long Bytes => CopyBytes + _open.Bytes + _frontier.All.Bytes;

    /// <summary>The same, to go on apart.</summary>
    public Sweep Clone() => new(this, _space, null, _open.Clone(_space, null), _paths);

    /// <summary>The same, to go on apart and remember from now on what takes effect.</summary>
    public Sweep Remembering(PathMemory paths, int now)
    {
        var clone = new Sweep(this, _space, null, _open.Clone(_space, null), paths);
        for (var place = 0; place < clone._frontier.All.Count; place++)
        {
            var configuration = clone._frontier.All[place];
            var start = paths.Add(-1, now, Configurations.StateOf(configuration), null);
            clone._frontier.All.Replace(place, configuration, start);
        }

        return clone;
    }

    /// <summary>The same in another space, by the new numbers of states and classes.</summary>
    public Sweep MoveTo(StateSpace space, Func<int, int> stateOf, Func<int, int> classOf) =>
        new(this, space, stateOf, _open.Clone(space, classOf), _paths);

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _frontier.All.Release();
        _next.All.Release();
        _reached.All.Release();
        _meter.Reserve(-_copyBytes);
        _copyBytes = 0;
    }

    /// <summary>An operation is called.</summary>
    /// <param name="operation">Its number.</param>
    /// <param name="operationClass">Its class.</param>
    /// <param name="returnAt">When it returns, <see cref="int.MaxValue"/> when its outcome is unknown.</param>
    public void Call(int operation, int operationClass, int returnAt)
    {
        var isUnknown = returnAt == int.MaxValue;
        if (isUnknown && _space.IsReadOnly(operationClass))
            return;
        var slot = 0;
        if (isUnknown)
            _open.AddUnknown(operation, operationClass);
        else
            slot = _open.Add(operation, operationClass, returnAt);
        if (_open.Words > _words)
            Widen();
        if (isUnknown)
            return;
        for (var place = 0; place < _frontier.All.Count; place++)
        {
            if (!_frontier.Holds(place))
                continue;
            var configuration = _frontier.All[place];
            if (Step(Configurations.StateOf(configuration), operationClass) != Configurations.StateOf(configuration))
                Pending(configuration)[slot >> 6] |= 1UL << slot;
        }
    }

    private void SetWords(int words)
    {
        _words = words;
        _from = new ulong[Configurations.Bits + (2 * words)];
        _after = new ulong[Configurations.Bits + (2 * words)];
    }

    private void Widen()
    {
        var old = _words;
        SetWords(_open.Words);
        _next.Clear(_words);
        for (var place = 0; place < _frontier.All.Count; place++)
        {
            if (!_frontier.Holds(place))
                continue;
            var configuration = _frontier.All[place];
            Array.Clear(_after);
            configuration[..(Configurations.Bits + old)].CopyTo(_after);
            configuration[(Configurations.Bits + old)..].CopyTo(Done(_after));
            _next.Add(_after, _frontier.All.PathOf(place));
        }

        (_frontier, _next) = (_next, _frontier);
    }

    /// <summary>An operation returns: keeps the configurations in which it has taken effect.</summary>
    /// <returns>False, and nothing has changed, when the budget has run out.</returns>
    public bool Return(int operation, int at)
    {
        _now = at;
        var returning = _open.Find(operation);
        var (slot, isRead) = (returning.Slot, returning.IsReadOnly);
        _next.Clear(_words);
        _reached.Clear(_words);
        for (var place = 0; place < _frontier.All.Count; place++)
        {
            if (!_frontier.Holds(place))
                continue;
            var configuration = _frontier.All[place];
            var isPending = Has(Pending(configuration), slot);
            if (!isPending)
                Keep(configuration, slot, _frontier.All.PathOf(place));
            if (isPending || (!isRead && !Has(Done(configuration), slot)))
                _reached.Add(configuration, _frontier.All.PathOf(place));
        }

        while (_reached.TryTake(out var taken))
        {
            if (_meter.IsExhausted)
                return false;
            if (!_width.Merges && _next.Count >= _width.Considered)
            {
                _isExactSoFar = false;
                break;
            }

            if (_width.Merges && _reached.Count > _width.Reached)
            {
                IsLost = true;
                return true;
            }

            _reached.All[taken].CopyTo(_from);
            var path = _reached.All.PathOf(taken);
            var wasPending = Has(Pending(_from), slot);

            // Merged of one in which the operation is pending, it stands for what has not been kept yet.
            if (_width.MergesSome && !wasPending)
                Keep(_from, slot, path);
            for (var place = 0; place < _open.All.Length; place++)
            {
                ref readonly var open = ref _open.All[place];
                var isOptional = !Has(Pending(_from), open.Slot);
                if (!open.IsReadOnly
                    && !Has(Done(_from), open.Slot)
                    && !HasTwinInFront(place, isOptional)
                    && Extend(open, isOptional, isInexhaustible: false, slot))
                {
                    Reach(open.Operation);
                }
            }

            foreach (ref readonly var group in _open.Groups)
            {
                var next = group.First;
                if (!group.IsInexhaustible && !TryFirstLeft(group, out next))
                    continue;
                if (Extend(next, isOptional: true, group.IsInexhaustible, slot))
                    Reach(next.Operation);
            }

            void Reach(int extending)
            {
                var extended = _paths?.Add(extending, at, Configurations.StateOf(_after), path);
                var isDone = Has(Done(_after), slot);
                var isSettled = isDone || (wasPending && !Has(Pending(_after), slot));
                if (isSettled)
                    Keep(_after, slot, extended);
                // Until its return, an operation that could count as done can still take effect; a read has no effect.
                if (!isDone && !(isRead && isSettled))
                    _reached.Add(_after, extended);
            }
        }

        if (!_width.Merges)
            DropCostly();
        _open.Remove(returning);
        (_frontier, _next) = (_next, _frontier);
        return true;
    }

    /// <summary>Keeps a configuration once an operation has returned; shown or not, what took effect stays.</summary>
    private void Keep(ReadOnlySpan<ulong> configuration, int slot, Applied? path)
    {
        Span<ulong> kept = stackalloc ulong[configuration.Length];
        configuration.CopyTo(kept);
        Prove(kept);
        SetOptional(kept, slot);
        _next.Add(kept, path);
    }

    /// <summary>
    /// Lets an open operation take effect in <see cref="_from"/>, which gives <see cref="_after"/>; false
    /// when that leads nowhere.
    /// </summary>
    private bool Extend(in OpenOperation open, bool isOptional, bool isInexhaustible, int returningSlot)
    {
        var before = Configurations.StateOf(_from);
        var state = Step(before, open.Class);
        if (state == StateSpace.Impossible || (state == before && open.Footprint.Overwritten == 0))
            return false;
        if (_from[1] != 0)
        {
            // Without the operation before, this one would come out the same.
            if (_from[1] >> 32 != 0 && Step((int)(_from[0] >> 32) - 1, open.Class) == state)
                return false;
            if (MayComeLater((int)(uint)_from[1] - 1, open, returningSlot))
                return false;
        }

        if (Loses(open))
            return false;
        _from.CopyTo(_after, 0);
        _after[0] = (uint)state | ((ulong)(before + 1) << 32);
        _after[1] = (uint)(open.Class + 1) | (isOptional ? 1UL << 32 : 0);
        if (!isInexhaustible)
        {
            SetOptional(_after, open.Slot);
            Done(_after)[open.Slot >> 6] |= 1UL << open.Slot;
        }

        var (isShown, hides) = Free(state, open.Footprint, returningSlot);

        // Writing what is there already can only hide what was written in between.
        if (state == before && !hides)
            return false;
        if (isShown || state == before || _width.MergesSome)
            Prove(_after);
        return true;
    }

    /// <summary>
    /// Makes the pending operations optional that change nothing now, or that a write has overwritten.
    /// </summary>
    private (bool IsShown, bool Hides) Free(int state, in Footprint last, int returningSlot)
    {
        bool isShown = false, hides = false;
        var pending = Pending(_after);
        for (var word = 0; word < pending.Length; word++)
        {
            for (var rest = pending[word]; rest != 0; rest &= rest - 1)
            {
                var slot = (word << 6) + BitOperations.TrailingZeroCount(rest);
                ref readonly var other = ref _open.InSlot(slot);
                if (Step(state, other.Class) == state)
                    isShown = true;
                else if (slot != returningSlot && last.Hides(other.Footprint))
                    hides = true;
                else
                    continue;
                pending[word] &= ~(1UL << slot);
            }
        }

        return (isShown, hides);
    }

    private Span<ulong> Pending(Span<ulong> configuration) => configuration.Slice(Configurations.Bits, _words);

    private Span<ulong> Done(Span<ulong> configuration) => configuration[(Configurations.Bits + _words)..];

    private void SetOptional(Span<ulong> configuration, int slot)
    {
        Pending(configuration)[slot >> 6] &= ~(1UL << slot);
        Done(configuration)[slot >> 6] &= ~(1UL << slot);
    }

    private static void Prove(Span<ulong> configuration)
    {
        configuration[0] = (uint)configuration[0];
        configuration[1] = 0;
    }

    private static bool Has(ReadOnlySpan<ulong> bits, int slot) => (bits[slot >> 6] & (1UL << slot)) != 0;

    private int Step(int state, int operationClass)
    {
        _meter.Spend();
        return _space.Step(state, operationClass);
    }
}
