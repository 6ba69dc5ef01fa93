using System.Runtime.InteropServices;

namespace RaftKv.Linearizability.Search;

/// <summary>
/// The open operations of a <see cref="Sweep"/>: those that return, first in front, a slot each; and those that never
/// do, in groups of equal ones.
/// </summary>
internal sealed class OpenOperations(StateSpace space, bool mayRepeat)
{
    // An operation; one of a group, with what finds it, and the room that lists have to spare.
    private const long SlotBytes = 32;
    private const long GroupBytes = 256;

    private readonly List<OpenOperation> _operations = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly Dictionary<int, int> _groupOf = [];
    private readonly List<UnknownGroup> _groups = [];
    private OpenOperation[] _bySlot = [];
    private ulong[] _twins = [];
    private int _slotCount;
    private bool _isOld = true;

    /// <summary>The words that a bit for each slot takes.</summary>
    public int Words => Math.Max(1, (_slotCount + 63) / 64);

    public ReadOnlySpan<OpenOperation> All => CollectionsMarshal.AsSpan(_operations);

    /// <summary>The operations that never return.</summary>
    public ReadOnlySpan<UnknownGroup> Groups => CollectionsMarshal.AsSpan(_groups);

    public ref readonly OpenOperation InSlot(int slot) => ref _bySlot[slot];

    /// <summary>About how much memory it takes.</summary>
    public long Bytes => (SlotBytes * _bySlot.Length) + (GroupBytes * _groups.Count);

    /// <summary>Adds an operation that returns and gives its slot.</summary>
    public int Add(int operation, int operationClass, int returnAt)
    {
        var added = Create(operation, operationClass, returnAt, TakeSlot());
        _bySlot[added.Slot] = added;
        var place = _operations.Count;
        while (place > 0 && _operations[place - 1].ReturnAt > returnAt)
            place--;
        _operations.Insert(place, added);
        _isOld = true;
        return added.Slot;
    }

    /// <summary>Adds an operation that never returns.</summary>
    public void AddUnknown(int operation, int operationClass)
    {
        if (!_groupOf.TryGetValue(operationClass, out var number))
        {
            _groupOf.Add(operationClass, number = _groups.Count);
            var isInexhaustible = mayRepeat && space.IsRepeatable(operationClass);
            _groups.Add(new UnknownGroup(Create(operation, operationClass, int.MaxValue, slot: 0), isInexhaustible));
        }

        if (_groups[number].IsInexhaustible)
            return;
        var slot = TakeSlot();
        _bySlot[slot] = Create(operation, operationClass, int.MaxValue, slot);
        _groups[number].Slots.Add(slot);
    }

    private OpenOperation Create(int operation, int operationClass, int returnAt, int slot) => new(
        operation,
        operationClass,
        returnAt,
        slot,
        space.IsReadOnly(operationClass),
        space.FootprintOf(operationClass));

    private int TakeSlot()
    {
        var slot = _freeSlots.TryPop(out var free) ? free : _slotCount++;
        if (slot == _bySlot.Length)
            Array.Resize(ref _bySlot, 16 + (2 * slot));
        return slot;
    }

    public void Remove(OpenOperation operation)
    {
        _operations.RemoveAt(PlaceOf(operation.Operation));
        _freeSlots.Push(operation.Slot);
        _isOld = true;
    }

    public OpenOperations Clone(StateSpace other, Func<int, int>? classOf)
    {
        var clone = new OpenOperations(other, mayRepeat) { _slotCount = _slotCount, _bySlot = [.. _bySlot] };
        foreach (var open in _operations)
        {
            var moved = classOf is null ? open : open with { Class = classOf(open.Class) };
            clone._operations.Add(moved);
            clone._bySlot[open.Slot] = moved;
        }

        foreach (var group in _groups)
        {
            var first = classOf is null ? group.First : group.First with { Class = classOf(group.First.Class) };
            clone._groupOf.Add(first.Class, clone._groups.Count);
            clone._groups.Add(new UnknownGroup(first, group.IsInexhaustible, [.. group.Slots]));
            foreach (var slot in group.Slots)
                clone._bySlot[slot] = clone._bySlot[slot] with { Class = first.Class };
        }

        foreach (var slot in _freeSlots.Reverse())
            clone._freeSlots.Push(slot);
        return clone;
    }

    public OpenOperation Find(int operation) => _operations[PlaceOf(operation)];

    /// <summary>The slot of an operation that returns, if it is open.</summary>
    public bool TryFind(int operation, out int slot)
    {
        foreach (ref readonly var open in All)
        {
            if (open.Operation != operation)
                continue;
            slot = open.Slot;
            return true;
        }

        slot = 0;
        return false;
    }

    private int PlaceOf(int operation)
    {
        var place = 0;
        while (_operations[place].Operation != operation)
            place++;
        return place;
    }

    /// <summary>The slots of the equal operations that return before one, given by its place in <see cref="All"/>.
    /// </summary>
    public ReadOnlySpan<ulong> TwinsInFront(int place)
    {
        if (_isOld)
            FindTwins();
        return _twins.AsSpan(place * Words, Words);
    }

    private void FindTwins()
    {
        _isOld = false;
        if (_twins.Length < _operations.Count * Words)
            _twins = new ulong[2 * _operations.Count * Words];
        Array.Clear(_twins);
        for (var place = 1; place < _operations.Count; place++)
        {
            for (var front = place - 1; front >= 0; front--)
            {
                if (_operations[front].Class != _operations[place].Class)
                    continue;
                var slot = _operations[front].Slot;
                _twins.AsSpan(front * Words, Words).CopyTo(_twins.AsSpan(place * Words));
                _twins[(place * Words) + (slot >> 6)] |= 1UL << slot;
                break;
            }
        }
    }
}

/// <summary>Equal operations of unknown outcome.</summary>
/// <param name="First">The one called first.</param>
/// <param name="IsInexhaustible">Whether it stands for any number of its kind.</param>
/// <param name="Slots">Their slots, unless it does.</param>
internal readonly record struct UnknownGroup(OpenOperation First, bool IsInexhaustible, List<int> Slots)
{
    public UnknownGroup(OpenOperation first, bool isInexhaustible)
        : this(first, isInexhaustible, [])
    {
    }
}

/// <summary>An open operation of a <see cref="Sweep"/>, and what is known of its class.</summary>
internal readonly record struct OpenOperation(
    int Operation,
    int Class,
    int ReturnAt,
    int Slot,
    bool IsReadOnly,
    Footprint Footprint);
