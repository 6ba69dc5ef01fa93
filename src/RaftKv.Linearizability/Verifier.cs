using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability;

/// <summary>
/// Checks the evidence for a verdict by the definition alone; shares with the searches that found it no code but the
/// model and what that tells of keys.
/// </summary>
public static class Verifier
{
    /// <summary>The operations of a core are bits of a <see cref="UInt128"/>.</summary>
    internal const int CoreMax = 128;

    /// <summary>Beyond so many states there is too much to try: some 100 MB of them.</summary>
    private const int StatesMax = 1 << 17;

    /// <summary>Likewise of states in which a core that holds within its own time may have begun.</summary>
    private const int StartsMax = 1 << 12;

    /// <summary>Checks that an order of the operations explains every answer.</summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations.</param>
    /// <param name="order">Those that took effect, as indexes into the history.</param>
    /// <returns>Null when it does, or what is wrong with it.</returns>
    public static string? CheckOrder<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        IReadOnlyList<int> order)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(order);
        var takesEffect = new bool[history.Count];
        var (state, latestCall) = (model.Initial, long.MinValue);
        foreach (var index in order)
        {
            var operation = history[index];
            if (takesEffect[index])
                return $"operation {index} takes effect twice";
            takesEffect[index] = true;
            if (operation.Return < latestCall)
                return $"operation {index} returned before one in front of it was called";
            latestCall = Math.Max(latestCall, operation.Call);
            if (!model.Step(state, operation.Input, operation.Outcome, out state))
                return $"operation {index} cannot have this answer there";
        }

        for (var index = 0; index < takesEffect.Length; index++)
        {
            if (!takesEffect[index] && history[index].Outcome.IsKnown)
                return $"operation {index} is missing";
        }

        return null;
    }

    /// <summary>
    /// Checks that the operations of a core cannot all be as recorded even if every read outside of it never was and
    /// every other operation outside took effect at any one time at all, or never. Tries everything, so that it is for
    /// small cores; the time also grows with the square of the number of writes to their keys.
    /// </summary>
    /// <param name="model">What the object does when operations come one at a time.</param>
    /// <param name="history">The operations.</param>
    /// <param name="core">The core, as indexes into the history; 128 at most.</param>
    /// <param name="stepsMax">How many steps to try, in each of up to three searches.</param>
    /// <param name="from">
    /// The call of the first in the core, when it is to hold within its own time only (<see cref="Explanation.From"/>).
    /// </param>
    /// <returns>
    /// True when they cannot; false when they can, or when these are not different operations of the history; null when
    /// there was too much to try.
    /// </returns>
    public static bool? CheckCore<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        IReadOnlyList<int> core,
        long stepsMax = 4_000_000,
        long? from = null)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(core);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(core.Count, CoreMax);
        if (core.Count == 0 || core.Distinct().Count() != core.Count
            || core.Any(index => index < 0 || index >= history.Count))
            return false;
        var inCore = new CoreSearch<TState, TInput, TOutput>(model, [.. core.Select(index => history[index])]);
        var to = core.Max(index => history[index].Return);
        var isRelated = Related(model, history, core);
        if (model is IAccessModel<TInput, TOutput> accesses)
            LeaveOutUnseen(accesses, history, core, isRelated);
        var others = history
            .Where((operation, index) => isRelated[index]
                && !core.Contains(index)
                && (from is null || (operation.Return >= from && operation.Call <= to))
                && !model.IsReadOnly(operation.Input, operation.Outcome))
            .CountBy(operation => operation.Input)
            .ToList();
        if (from is not null && core.Any(index => history[index].Call < from))
            return false;

        // What was before made some state: any that those lead to which may have changed something.
        if (from is not null && !inCore.TryStart(history
            .Where(operation => !model.IsReadOnly(operation.Input, operation.Outcome))
            .Select(operation => operation.Input)
            .Distinct()))
            return null;

        // If they cannot even when each of the others could take effect any number of times, or each that has an equal,
        // that is quickly seen.
        var fewStates = Math.Min(StatesMax, (2L << Math.Min(core.Count, 20)) * (core.Count + others.Count + 1));
        if (inCore.IsPossible(others, 0, stepsMax, fewStates) == false
            || inCore.IsPossible(others, 1, stepsMax, StatesMax) == false)
            return true;

        // Who was used is a character.
        return others.Count > char.MaxValue ? null : !inCore.IsPossible(others, int.MaxValue, stepsMax, StatesMax);
    }

    /// <summary>Which operations touch what the core touches, or are joined to it by others that do.</summary>
    private static bool[] Related<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        IReadOnlyList<int> core)
        where TInput : notnull
    {
        var touched = new Keys[history.Count];
        for (var i = 0; i < touched.Length; i++)
            model.Touch(history[i].Input, touched[i] = new Keys());
        var isRelated = new bool[touched.Length];
        if (Array.Exists(touched, keys => keys.AreAll))
            Array.Fill(isRelated, true);
        var reached = core.SelectMany(index => touched[index].Names).ToHashSet();
        for (var before = -1; before < reached.Count;)
        {
            before = reached.Count;
            for (var i = 0; i < touched.Length; i++)
            {
                if (isRelated[i] || !touched[i].Names.Overlaps(reached))
                    continue;
                isRelated[i] = true;
                reached.UnionWith(touched[i].Names);
            }
        }

        return isRelated;
    }

    /// <summary>
    /// Leaves out what leaves nothing that the core finds, or that something finds which it may need: never to have
    /// taken effect serves as well. What is absent may grow into what is found.
    /// </summary>
    private static void LeaveOutUnseen<TInput, TOutput>(
        IAccessModel<TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        IReadOnlyList<int> core,
        bool[] isRelated)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var operation in history)
            model.AddKeys(operation.Input, keys);
        var all = keys.ToList();
        var found = new HashSet<(string Key, object? Value)>();
        var unclear = new HashSet<string>();
        foreach (var index in core)
            Find(model.AccessesOf(history[index], all));
        var left = Enumerable.Range(0, history.Count)
            .Where(index => isRelated[index] && !core.Contains(index))
            .ToList();
        foreach (var index in left)
            isRelated[index] = false;
        for (var before = -1; before != left.Count;)
        {
            before = left.Count;
            left.RemoveAll(index =>
            {
                var operation = new Operation<TInput, TOutput>(0, history[index].Input, 0);
                var accesses = model.AccessesOf(operation, all).ToList();
                isRelated[index] = accesses.Exists(IsSeen);
                if (isRelated[index])
                    Find(accesses);
                return isRelated[index];
            });
        }

        void Find(IEnumerable<Access<object>> accesses)
        {
            foreach (var access in accesses)
            {
                if (access.SeesMore || access.Effect == AccessEffect.Opaque)
                    unclear.Add(access.Key);
                else if (access.Reads)
                    found.Add((access.Key, access.Expected));
            }
        }

        bool IsSeen(Access<object> access) => access.Effect != AccessEffect.None
            && (unclear.Contains(access.Key)
                || found.Contains((access.Key, access.Value))
                || found.Any(one => one.Key == access.Key && (access.Effect == AccessEffect.Opaque
                    || (one.Value is string whole && (access.Value ?? "") is string piece
                        && whole.Contains(piece, StringComparison.Ordinal)))));
    }

    private sealed class Keys : PartFinder
    {
        public HashSet<string> Names { get; } = [];

        public bool AreAll { get; private set; }

        public override void Touch(string key) => Names.Add(key);

        public override void TouchRange(string from, string? end) => AreAll = true;

        public override void TouchAll() => AreAll = true;
    }

    private sealed class CoreSearch<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] core)
        where TInput : notnull
    {
        private readonly HashSet<(UInt128 Done, string Used, Boxed State)> _seen = new(new Comparer(model.States));
        // First in, first out: what grows by an append grows slowly, and not to the length of the search.
        private readonly Queue<(UInt128 Done, string Used, TState State)> _toTry = new();
        private readonly List<TState> _starts = [model.Initial];

        /// <returns>False when they are too many.</returns>
        public bool TryStart(IEnumerable<TInput> inputs)
        {
            var all = inputs.ToArray();
            for (var i = 0; i < _starts.Count; i++)
            {
                if (_starts.Count > StartsMax)
                    return false;
                foreach (var input in all)
                {
                    if (model.Step(_starts[i], input, default, out var next) && !_starts.Contains(next, model.States))
                        _starts.Add(next);
                }
            }

            return true;
        }

        /// <summary>Whether they can all be; null when there is too much to try.</summary>
        /// <param name="others">The requests of the others, and how many there are of each.</param>
        /// <param name="countsUpTo">More than so many that are equal may take effect any number of times.</param>
        /// <param name="stepsLeft">How many steps to try.</param>
        /// <param name="statesMax">How many states to keep.</param>
        public bool? IsPossible(
            List<KeyValuePair<TInput, int>> others, int countsUpTo, long stepsLeft, long statesMax)
        {
            _seen.Clear();
            _toTry.Clear();
            foreach (var start in _starts)
                Reach(0, "", start);
            while (_toTry.TryDequeue(out var at))
            {
                if (Enumerable.Range(0, core.Length).All(i => IsDone(at.Done, i) || !core[i].Outcome.IsKnown))
                    return true;
                // The longer the list of those used, the longer takes each step.
                stepsLeft -= core.Length + (others.Count * (1 + (at.Used.Length / 4)));
                if (stepsLeft < 0 || _seen.Count > statesMax)
                    return null;
                for (var i = 0; i < core.Length; i++)
                {
                    if (!IsDone(at.Done, i)
                        && IsNext(at.Done, core[i].Call)
                        && model.Step(at.State, core[i].Input, core[i].Outcome, out var next))
                    {
                        Reach(at.Done | (UInt128.One << i), at.Used, next);
                    }
                }

                for (var i = 0; i < others.Count; i++)
                {
                    var (input, count) = others[i];
                    var isCounted = count <= countsUpTo && i <= char.MaxValue;

                    // What changes nothing may as well never take effect.
                    if (!(isCounted && at.Used.Count(used => used == i) == count)
                        && model.Step(at.State, input, default, out var next)
                        && !model.States.Equals(next, at.State))
                    {
                        Reach(at.Done, isCounted ? string.Concat(at.Used.Append((char)i).Order()) : at.Used, next);
                    }
                }
            }

            return false;
        }

        private void Reach(UInt128 done, string used, TState state)
        {
            if (_seen.Add((done, used, new Boxed(state))))
                _toTry.Enqueue((done, used, state));
        }

        private bool IsNext(UInt128 done, long call) =>
            Enumerable.Range(0, core.Length).All(i => IsDone(done, i) || core[i].Return >= call);

        private static bool IsDone(UInt128 done, int i) => (done & (UInt128.One << i)) != 0;

        private readonly record struct Boxed(TState State);

        private sealed class Comparer(IEqualityComparer<TState> states)
            : IEqualityComparer<(UInt128 Done, string Used, Boxed State)>
        {
            public bool Equals(
                (UInt128 Done, string Used, Boxed State) x, (UInt128 Done, string Used, Boxed State) y) =>
                x.Done == y.Done && x.Used == y.Used && states.Equals(x.State.State, y.State.State);

            public int GetHashCode((UInt128 Done, string Used, Boxed State) obj) =>
                HashCode.Combine(obj.Done, obj.Used, obj.State.State is { } state ? states.GetHashCode(state) : 0);
        }
    }
}
