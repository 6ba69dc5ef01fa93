using System.Runtime.InteropServices;
using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// Which of the operations outside of a core can help it: those that may leave what it finds, or what one of these must
/// find itself. No order needs the others.
/// </summary>
internal abstract class Suppliers
{
    /// <summary>The suppliers of some operations, in the order of their numbers.</summary>
    public abstract List<int> Of(IReadOnlyCollection<int> core);

    /// <summary>Whether anything may help an operation: what it finds is not known.</summary>
    public abstract bool FindsAny(int operation);

    /// <summary>From now on only cores among some operations are asked about.</summary>
    public abstract void Narrow(IReadOnlyCollection<int> core);
}

/// <summary>The suppliers in a history of keys with values of a type.</summary>
internal sealed class Suppliers<TValue, TInput, TOutput> : Suppliers
{
    private readonly IAccessModel<TValue, TInput, TOutput> _model;
    private readonly Operation<TInput, TOutput>[] _operations;
    private readonly List<string> _keys;

    // What each does as one of the others, one after another.
    private readonly List<Access<TValue>> _accesses;
    private readonly int[] _starts;
    private readonly bool _hasAppends;
    private readonly Dictionary<string, Need> _needs = [];
    private int[] _candidates;

    // The last that were asked for: a core that was found is asked for once more.
    private (IReadOnlyCollection<int>? Core, int Count, List<int> Suppliers) _last;

    // Most accesses are of the key of the one before.
    private (string? Key, Need? Need) _lastNeed;

    /// <param name="model">The model.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="isReadOnly">Which of them change nothing.</param>
    public Suppliers(
        IAccessModel<TValue, TInput, TOutput> model,
        Operation<TInput, TOutput>[] operations,
        Predicate<Operation<TInput, TOutput>> isReadOnly)
    {
        (_model, _operations, _starts) = (model, operations, new int[operations.Length + 1]);
        _accesses = new(operations.Length);
        var keys = new HashSet<string>();
        foreach (var operation in operations)
            model.AddKeys(operation.Input, keys);
        _keys = [.. keys.Order(StringComparer.Ordinal)];
        for (var i = 0; i < operations.Length; i++)
        {
            if (!isReadOnly(operations[i]))
                model.AddAccesses(Relaxation.Of(operations[i]), _keys, _accesses);
            _starts[i + 1] = _accesses.Count;
        }

        _hasAppends = _accesses.Exists(access => access.Effect == AccessEffect.Append);
        _candidates = [.. Enumerable.Range(0, operations.Length)];
    }

    public override bool FindsAny(int operation)
    {
        var found = new List<Access<TValue>>();
        _model.AddAccesses(_operations[operation], _keys, found);
        return found.Exists(IsAny);
    }

    public override void Narrow(IReadOnlyCollection<int> core)
    {
        var isKnown = ReferenceEquals(core, _last.Core) && core.Count == _last.Count;
        _candidates = [.. core.Concat(isKnown ? _last.Suppliers : Of(core)).Order()];
    }

    public override List<int> Of(IReadOnlyCollection<int> core)
    {
        _needs.Clear();
        _lastNeed = default;
        var found = new List<Access<TValue>>();
        foreach (var operation in core)
            _model.AddAccesses(_operations[operation], _keys, found);
        var needsMore = AddNeeds(CollectionsMarshal.AsSpan(found));

        // What is needed was mostly made before.
        var suppliers = new HashSet<int>();
        while (needsMore)
        {
            needsMore = false;
            for (var i = _candidates.Length - 1; i >= 0; i--)
            {
                var accesses = Accesses(_candidates[i]);
                if (Helps(accesses) && !core.Contains(_candidates[i]) && suppliers.Add(_candidates[i]))
                    needsMore |= AddNeeds(accesses);
            }
        }

        _last = (core, core.Count, Thin(core.Count, suppliers));
        return _last.Suppliers;
    }

    private ReadOnlySpan<Access<TValue>> Accesses(int operation) =>
        CollectionsMarshal.AsSpan(_accesses)[_starts[operation].._starts[operation + 1]];

    private bool Helps(ReadOnlySpan<Access<TValue>> accesses)
    {
        foreach (ref readonly var access in accesses)
        {
            if (access.Effect == AccessEffect.None || NeedOf(access.Key) is not { } need)
                continue;
            if (need.IsAny || access.Effect == AccessEffect.Opaque)
                return true;
            foreach (var value in need.Values)
            {
                if (access.Effect == AccessEffect.Write
                    && EqualityComparer<TValue?>.Default.Equals(access.Value, value))
                    return true;

                // What is absent grows like an empty string.
                if (_hasAppends && value is string whole && (access.Value ?? (object)"") is string piece
                    && (access.Effect == AccessEffect.Append
                        ? whole.Contains(piece, StringComparison.Ordinal)
                        : whole.StartsWith(piece, StringComparison.Ordinal)))
                    return true;
            }
        }

        return false;
    }

    private static bool IsAny(Access<TValue> access) =>
        access.SeesMore || access.Effect == AccessEffect.Opaque;

    private Need? NeedOf(string key)
    {
        if (!ReferenceEquals(key, _lastNeed.Key))
            _lastNeed = (key, _needs.GetValueOrDefault(key));
        return _lastNeed.Need;
    }

    /// <summary>Adds what some accesses find; whether any of it was not known to be needed.</summary>
    private bool AddNeeds(ReadOnlySpan<Access<TValue>> accesses)
    {
        _lastNeed = default;
        var isNew = false;
        foreach (ref readonly var access in accesses)
        {
            var isAny = IsAny(access);
            if (!isAny && !access.Reads)
                continue;
            if (!_needs.TryGetValue(access.Key, out var need))
                _needs.Add(access.Key, need = new Need());
            if (isAny ? need.IsAny : !need.Known.Add(new(access.Expected)))
                continue;
            isNew = true;
            if (isAny)
                need.IsAny = true;
            else
                need.Values.Add(access.Expected);
        }

        return isNew;
    }

    /// <summary>Of equal writes no more are of use than there are operations that find something.</summary>
    private List<int> Thin(int coreCount, HashSet<int> suppliers)
    {
        var finding = coreCount + suppliers.Count(operation => !IsWrite(operation));
        var taken = new Dictionary<(string, ValueTuple<TValue?>), int>();
        return [.. suppliers.Where(IsOfUse).Order()];

        bool IsOfUse(int operation)
        {
            if (!IsWrite(operation))
                return true;
            var write = Accesses(operation)[0];
            return CollectionsMarshal.GetValueRefOrAddDefault(taken, (write.Key, new(write.Value)), out _)++ < finding;
        }

        bool IsWrite(int operation) =>
            Accesses(operation) is [{ Effect: AccessEffect.Write, Reads: false, SeesMore: false }];
    }

    /// <summary>What some operations find of a key.</summary>
    private sealed class Need
    {
        /// <summary>Anything may matter.</summary>
        public bool IsAny { get; set; }

        public HashSet<ValueTuple<TValue?>> Known { get; } = [];

        public List<TValue?> Values { get; } = [];
    }
}
