using System.Runtime.InteropServices;

namespace RaftKv.Linearizability.Search;

/// <summary>The open operations of a <see cref="Sweep"/>, those that return first in front; a slot each.</summary>
internal sealed class OpenOperations(Part part, StateSpace space, bool[] isExact)
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
    public bool IsInexhaustible(int operation) => part.IsUnknown(operation)
        && !isExact[space.Classes[operation]]
        && space.IsRepeatable(space.Classes[operation]);

    public ref readonly OpenOperation InSlot(int slot) => ref _bySlot[slot];

    /// <summary>Adds an operation and gives its slot; null when there is nothing new that it could do.</summary>
    public int? Add(int operation)
    {
        var operationClass = space.Classes[operation];
        var isInexhaustible = IsInexhaustible(operation);
        if (isInexhaustible && !_inexhaustible.Add(operationClass))
            return null;
        var slot = _freeSlots.TryPop(out var free) ? free : _slotCount++;
        if (slot == _bySlot.Length)
            Array.Resize(ref _bySlot, 64 + slot);
        _bySlot[slot] = new OpenOperation(
            operation,
            operationClass,
            slot,
            isInexhaustible,
            space.IsReadOnly(operationClass),
            space.IsTotal(operationClass),
            space.Overwrites(operationClass));
        var place = _operations.FindIndex(other => part.ReturnAt[other.Operation] > part.ReturnAt[operation]);
        _operations.Insert(place < 0 ? _operations.Count : place, _bySlot[slot]);
        _isOld = true;
        return slot;
    }

    /// <summary>The slot of an operation that returns now.</summary>
    public OpenOperation Remove(int operation)
    {
        var place = _operations.FindIndex(open => open.Operation == operation);
        var removed = _operations[place];
        _operations.RemoveAt(place);
        _freeSlots.Push(removed.Slot);
        _isOld = true;
        return removed;
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
    int Operation, int Class, int Slot, bool IsInexhaustible, bool IsReadOnly, bool IsTotal, bool Overwrites);
