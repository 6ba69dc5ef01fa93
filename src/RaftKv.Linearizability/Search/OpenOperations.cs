using System.Runtime.InteropServices;

namespace RaftKv.Linearizability.Search;

/// <summary>The open operations of a <see cref="Sweep"/>, those that return first in front; a slot each.</summary>
internal sealed class OpenOperations(StateSpace space, bool[]? isExact)
{
    private readonly List<OpenOperation> _operations = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly HashSet<int> _inexhaustible = [];
    private OpenOperation[] _bySlot = [];
    private ulong[] _twins = [];
    private int _slotCount;
    private bool _isOld = true;

    /// <summary>The words that a bit for each slot takes.</summary>
    public int Words => Math.Max(1, (_slotCount + 63) / 64);

    public ReadOnlySpan<OpenOperation> All => CollectionsMarshal.AsSpan(_operations);

    /// <summary>Whether an operation of unknown outcome stands for any number of its kind.</summary>
    private bool IsInexhaustible(int operationClass, int returnAt) => returnAt == int.MaxValue
        && isExact is not null
        && !isExact[operationClass]
        && space.IsRepeatable(operationClass);

    public ref readonly OpenOperation InSlot(int slot) => ref _bySlot[slot];

    /// <summary>Adds an operation and gives its slot; null when there is nothing new that it could do.</summary>
    public int? Add(int operation, int operationClass, int returnAt)
    {
        var isInexhaustible = IsInexhaustible(operationClass, returnAt);
        if (isInexhaustible && !_inexhaustible.Add(operationClass))
            return null;
        var slot = _freeSlots.TryPop(out var free) ? free : _slotCount++;
        if (slot == _bySlot.Length)
            Array.Resize(ref _bySlot, 64 + slot);
        _bySlot[slot] = new OpenOperation(
            operation,
            operationClass,
            returnAt,
            slot,
            isInexhaustible,
            space.IsReadOnly(operationClass),
            space.IsTotal(operationClass),
            space.Overwrites(operationClass));
        var place = _operations.FindIndex(other => other.ReturnAt > returnAt);
        _operations.Insert(place < 0 ? _operations.Count : place, _bySlot[slot]);
        _isOld = true;
        return slot;
    }

    public void Remove(OpenOperation operation)
    {
        _operations.Remove(operation);
        _freeSlots.Push(operation.Slot);
        _isOld = true;
    }

    public OpenOperations Clone(StateSpace other, Func<int, int>? classOf)
    {
        var clone = new OpenOperations(other, isExact) { _slotCount = _slotCount, _bySlot = [.. _bySlot] };
        foreach (var open in _operations)
        {
            var moved = classOf is null ? open : open with { Class = classOf(open.Class) };
            clone._operations.Add(moved);
            clone._bySlot[open.Slot] = moved;
        }

        clone._inexhaustible.UnionWith(_inexhaustible);
        foreach (var slot in _freeSlots.Reverse())
            clone._freeSlots.Push(slot);
        return clone;
    }

    public OpenOperation Find(int operation) => _operations.Find(open => open.Operation == operation);

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

/// <summary>An open operation of a <see cref="Sweep"/>, and what is known of its class.</summary>
internal readonly record struct OpenOperation(
    int Operation,
    int Class,
    int ReturnAt,
    int Slot,
    bool IsInexhaustible,
    bool IsReadOnly,
    bool IsTotal,
    bool Overwrites);
