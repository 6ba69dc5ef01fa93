using System.Runtime.CompilerServices;

namespace RaftKv.Sim.World;

/// <summary>
/// The one queue of future events: a 4-ary heap ordered by time and, at equal times, by the order of scheduling.
/// Events live in a slab and are cancelled lazily: a cancelled one keeps its place until its time comes, or until most
/// are cancelled and the heap is built anew.
/// </summary>
/// <remarks>Not <c>PriorityQueue</c>: it does not keep equal keys in order, and is 2 to 3 times slower.</remarks>
internal sealed class EventQueue
{
    private const int SlotBits = 24;
    private const int SlotMask = (1 << SlotBits) - 1;
    private const int CompactAbove = 64;

    private Key[] _heap = new Key[256];
    private Slot[] _slots = new Slot[256];
    private int _count;
    private int _slotsUsed;
    private int _freeSlot = -1;
    private int _cancelled;
    private long _sequence;

    /// <summary>Events that are neither fired nor cancelled.</summary>
    public int Count => _count - _cancelled;

    /// <summary>Adds an event for <paramref name="loop"/>, or for the world itself.</summary>
    public EventHandle Add(long timeTicks, SimLoop? loop, SimEvent target, long argument)
    {
        var index = TakeSlot();
        ref var slot = ref _slots[index];
        slot.Loop = loop;
        slot.Target = target;
        slot.Argument = argument;
        if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
        SiftUp(_count++, new Key(timeTicks, (_sequence++ << SlotBits) | (uint)index));
        return new EventHandle(index, slot.Generation);
    }

    /// <summary>Withdraws an event. False when it has fired or was cancelled already.</summary>
    public bool Cancel(EventHandle handle)
    {
        if ((uint)handle.Slot >= (uint)_slotsUsed) return false;
        ref var slot = ref _slots[handle.Slot];
        if (slot.Generation != handle.Generation || slot.Target is null) return false;
        slot.Generation++;
        slot.Target = null;
        slot.Loop = null;
        if (++_cancelled > _count / 2 && _count > CompactAbove) DropCancelled();
        return true;
    }

    /// <summary>Removes the earliest event if it is due at <paramref name="limitTicks"/> or before.</summary>
    public bool TryTake(long limitTicks, out DueEvent due)
    {
        while (_count > 0 && _heap[0].TimeTicks <= limitTicks)
        {
            var key = _heap[0];
            RemoveRoot();
            var index = (int)(key.Order & SlotMask);
            ref var slot = ref _slots[index];
            if (slot.Target is { } target)
            {
                due = new DueEvent(key.TimeTicks, slot.Loop, target, slot.Argument);
                slot.Generation++;
                FreeSlot(index, ref slot);
                return true;
            }

            _cancelled--;
            FreeSlot(index, ref slot);
        }

        due = default;
        return false;
    }

    private int TakeSlot()
    {
        if (_freeSlot >= 0)
        {
            var index = _freeSlot;
            _freeSlot = _slots[index].NextFree;
            return index;
        }

        if (_slotsUsed == SlotMask) throw new InvalidOperationException($"More than {SlotMask} pending events.");
        if (_slotsUsed == _slots.Length) Array.Resize(ref _slots, _slotsUsed * 2);
        _slots[_slotsUsed].Generation = 1;
        return _slotsUsed++;
    }

    private void FreeSlot(int index, ref Slot slot)
    {
        slot.Target = null;
        slot.Loop = null;
        slot.NextFree = _freeSlot;
        _freeSlot = index;
    }

    private void SiftUp(int position, Key key)
    {
        while (position > 0)
        {
            var parent = (position - 1) >> 2;
            if (!key.IsBefore(_heap[parent])) break;
            _heap[position] = _heap[parent];
            position = parent;
        }

        _heap[position] = key;
    }

    private void RemoveRoot()
    {
        var key = _heap[--_count];
        if (_count > 0) SiftDown(0, key);
    }

    private void SiftDown(int position, Key key)
    {
        while (true)
        {
            var child = (position << 2) + 1;
            if (child >= _count) break;
            var last = Math.Min(child + 4, _count);
            var least = child;
            for (child++; child < last; child++)
            {
                if (_heap[child].IsBefore(_heap[least])) least = child;
            }

            if (!_heap[least].IsBefore(key)) break;
            _heap[position] = _heap[least];
            position = least;
        }

        _heap[position] = key;
    }

    /// <summary>Builds the heap anew of what is left (Floyd 1964). The order of events does not depend on it.</summary>
    private void DropCancelled()
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var index = (int)(_heap[i].Order & SlotMask);
            ref var slot = ref _slots[index];
            if (slot.Target is null) FreeSlot(index, ref slot);
            else _heap[kept++] = _heap[i];
        }

        (_count, _cancelled) = (kept, 0);
        for (var position = (kept - 2) >> 2; position >= 0; position--) SiftDown(position, _heap[position]);
    }

    private readonly struct Key(long timeTicks, long order)
    {
        public readonly long TimeTicks = timeTicks;

        /// <summary>The sequence number, then the slot: sequence numbers differ, so the slot never decides.</summary>
        public readonly long Order = order;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(in Key other) =>
            TimeTicks < other.TimeTicks || (TimeTicks == other.TimeTicks && Order < other.Order);
    }

    private struct Slot
    {
        public SimEvent? Target;
        public SimLoop? Loop;
        public long Argument;
        public int Generation;
        public int NextFree;
    }
}

/// <summary>Names a scheduled event, to cancel it. A stale one is harmless, and so is <c>default</c>.</summary>
internal readonly record struct EventHandle(int Slot, int Generation);

/// <summary>An event taken from the queue.</summary>
internal readonly record struct DueEvent(long TimeTicks, SimLoop? Loop, SimEvent Target, long Argument);
