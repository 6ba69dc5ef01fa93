using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Search;

/// <summary>Finds the footprints of the operations of a part with several keys.</summary>
internal sealed class Footprints<TInput, TOutput>
{
    private readonly IAccessModel<string, TInput, TOutput> _model;
    private readonly List<string> _keys;
    private readonly List<Access<string>> _accesses = [];

    public Footprints(
        IAccessModel<string, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Part part)
    {
        _model = model;
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var index in part.Source)
            model.AddKeys(history[index].Input, keys);
        _keys = [.. keys];
    }

    /// <summary>
    /// The footprint of an operation, and whether it leads, done again and again, to finitely many states.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isPossible">Whether it is possible in some state.</param>
    public (Footprint Footprint, bool IsFinite) Of(in Operation<TInput, TOutput> operation, bool isPossible)
    {
        _accesses.Clear();
        _model.AddAccesses(operation, _keys, _accesses);
        ulong touched = 0, written = 0, overwritten = 0;
        var isBlind = isPossible;
        foreach (var access in _accesses)
        {
            var key = KeyBit(access.Key);
            touched |= key;
            if (access.Effect != AccessEffect.None)
                written |= key;
            var isSeen = access.Reads || access.SeesMore || access.Effect == AccessEffect.Opaque;
            isBlind &= !isSeen;
            if (!isSeen && access.Effect == AccessEffect.Write && key != ulong.MaxValue)
                overwritten |= key;
        }

        // Of unknown outcome, what must find something may do nothing instead.
        return (
            new Footprint(
                touched,
                written,
                operation.Outcome.IsKnown || isBlind ? overwritten : 0,
                isBlind && written != ulong.MaxValue ? written : 0),
            _accesses.TrueForAll(access => access.Effect is AccessEffect.None or AccessEffect.Write));
    }

    private ulong KeyBit(string key)
    {
        var place = _keys.BinarySearch(key, StringComparer.Ordinal);
        return place is >= 0 and < Footprint.KeysMax ? 1UL << place : ulong.MaxValue;
    }
}
