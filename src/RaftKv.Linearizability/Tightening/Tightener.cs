using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Tightening;

/// <summary>
/// Draws the intervals of operations closer by what their answers tell: a value that was read was written before, by an
/// operation that did take effect, and not overwritten before it was read. What follows holds in every order that
/// explains the history, so that the same orders explain the closer one, of fewer operations open at once. Operations
/// of unknown outcome that nobody can have seen are left out.
/// </summary>
/// <param name="part">The operations.</param>
/// <param name="initial">What each key holds at first.</param>
/// <param name="keys">The keys.</param>
/// <param name="accesses">What the operations do, one after another.</param>
/// <param name="starts">Of each operation the first access, and the end.</param>
/// <param name="meter">What it may spend.</param>
internal sealed class Tightener<TValue>(
    Part part,
    TValue? initial,
    List<string> keys,
    List<Access<TValue>> accesses,
    int[] starts,
    BudgetMeter meter)
{
    // Bounds that still change after so many rounds are good enough.
    private const int RoundsMax = 64;

    private readonly Bounds _bounds = new(part);
    private readonly bool[] _isAdded = new bool[part.Count];
    private readonly KeyValues<TValue>[] _keys = new KeyValues<TValue>[keys.Count];
    private int[] _keyOf = [];

    /// <summary>Operations that contradict each other, once that was found.</summary>
    public IReadOnlyCollection<int> Evidence => _bounds.Evidence;

    /// <summary>The operations that matter, closer; or illegal; or unknown when the budget runs out.</summary>
    public (Verdict Verdict, Tightened? Result) Run()
    {
        Prepare();
        for (var operation = 0; operation < part.Count; operation++)
        {
            if (!part.IsUnknown(operation))
                _bounds.Require(operation);
        }

        var dirty = new bool[keys.Count];
        for (var round = 0; round < RoundsMax; round++)
        {
            if (!TakeChanges(dirty))
                return (Verdict.Illegal, null);
            if (meter.IsExhausted)
                return (Verdict.Unknown, null);
            var isQuiet = true;
            for (var key = 0; key < dirty.Length; key++)
            {
                if (!dirty[key])
                    continue;
                if (!meter.Look())
                    return (Verdict.Unknown, null);
                (dirty[key], isQuiet) = (false, false);
                if (!_keys[key].Tighten() || _bounds.IsContradiction)
                    return (Verdict.Illegal, null);
                if (meter.IsExhausted)
                    return (Verdict.Unknown, null);
            }

            if (isQuiet)
                break;
        }

        if (!TakeChanges(dirty))
            return (Verdict.Illegal, null);

        // Of changes that were not taken nobody knows yet who has seen what.
        return meter.IsExhausted
            ? (Verdict.Unknown, null)
            : (Verdict.Unknown, new Tightened(_bounds, Seen(isHopeful: false), Seen(isHopeful: true), Readers()));
    }

    private Dictionary<(string Key, string? Value), List<int>> Readers()
    {
        var readers = new Dictionary<(string Key, string? Value), List<int>>();
        foreach (var key in _keys)
            key.AddReaders(readers);
        return readers;
    }

    private void Prepare()
    {
        var numbers = new Dictionary<string, int>();
        foreach (var key in keys)
            numbers.Add(key, numbers.Count);
        _keyOf = [.. accesses.Select(access => numbers[access.Key])];
        var nodes = new Nodes(accesses.Count + keys.Count);
        var ofKey = _keys.Select(_ => new List<int>()).ToArray();
        for (var operation = 0; operation < part.Count; operation++)
        {
            for (var access = starts[operation]; access < starts[operation + 1]; access++)
            {
                nodes.Operation[access] = operation;
                ofKey[_keyOf[access]].Add(access);
            }
        }

        for (var key = 0; key < _keys.Length; key++)
        {
            _keys[key] = new KeyValues<TValue>(
                initial, accesses.Count + key, accesses, ofKey[key], nodes, _bounds, part.ReturnAt, meter);
        }
    }

    /// <summary>
    /// Tells the keys what changed, until the budget runs out; false when it contradicts itself.
    /// </summary>
    private bool TakeChanges(bool[] dirty)
    {
        // A long value takes long to take apart.
        while (meter.Look() && _bounds.Changed.TryPop(out var operation))
        {
            var isNew = _bounds.IsRequired(operation) && !_isAdded[operation];
            _isAdded[operation] |= isNew;
            for (var access = starts[operation]; access < starts[operation + 1]; access++)
            {
                dirty[_keyOf[access]] = true;
                if (isNew && !_keys[_keyOf[access]].Add(access))
                    return false;
            }
        }

        return !_bounds.IsContradiction;
    }

    /// <summary>
    /// The operations that are certain, and those whose effect they or one of these may have seen: hopefully none that
    /// saw what a value was not.
    /// </summary>
    private bool[] Seen(bool isHopeful)
    {
        var isSeen = new bool[part.Count];
        var added = new Stack<int>();
        foreach (var key in _keys)
        {
            key.BeginAdding();
            if (key.IsAllSeen || (key.MayAllBeSeen && !isHopeful))
                key.AddAllWriters(added);
            else
                key.AddPossiblySeen(added);
        }

        for (var operation = 0; operation < part.Count; operation++)
        {
            if (_bounds.IsRequired(operation))
                added.Push(operation);
        }

        while (added.TryPop(out var operation))
        {
            if (isSeen[operation])
                continue;
            isSeen[operation] = true;
            for (var access = starts[operation]; access < starts[operation + 1]; access++)
            {
                if (!_bounds.IsRequired(operation) && accesses[access].Reads)
                    _keys[_keyOf[access]].AddWriters(access, added);
            }
        }

        return isSeen;
    }
}

/// <summary>What came of it.</summary>
/// <param name="Bounds">The closer bounds.</param>
/// <param name="IsLeft">Which operations are left.</param>
/// <param name="IsSeen">Which of them someone may have read from, or certainly took effect.</param>
/// <param name="Readers">Of values that can only have been made once, who must find them.</param>
internal readonly record struct Tightened(
    Bounds Bounds, bool[] IsLeft, bool[] IsSeen, Dictionary<(string Key, string? Value), List<int>> Readers);

/// <summary>
/// The values of all keys, one for each access, those that only read included, and an initial one for each key.
/// </summary>
internal sealed class Nodes
{
    public const int None = -1;

    public Nodes(int count)
    {
        (Operation, Source, Next, FirstRead, NextRead) =
            (new int[count], new int[count], new int[count], new int[count], new int[count]);
        foreach (var links in new[] { Operation, Source, Next, FirstRead, NextRead })
            Array.Fill(links, None);
    }

    /// <summary>The operation of an access; none for the initial values.</summary>
    public int[] Operation { get; }

    /// <summary>The value that an access found.</summary>
    public int[] Source { get; }

    /// <summary>The access that changed a value at once into another.</summary>
    public int[] Next { get; }

    /// <summary>The first access that read a value and left it.</summary>
    public int[] FirstRead { get; }

    /// <summary>The next one that did.</summary>
    public int[] NextRead { get; }
}
