using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Search;

/// <summary>
/// A model reduced to small numbers: state 0 is the initial one, equal operations share a class, and a step from a
/// state by a class leads to a state or to <see cref="Impossible"/>. The searches see nothing else of a model.
/// </summary>
internal abstract class StateSpace
{
    public const int Impossible = -1;

    /// <summary>The class of each operation of the part.</summary>
    public abstract int[] Classes { get; }

    public abstract int Step(int state, int operationClass);

    public abstract bool IsReadOnly(int operationClass);

    /// <summary>Which keys an operation touches.</summary>
    public abstract Footprint FootprintOf(int operationClass);

    /// <summary>Whether operations of the class, done again and again, lead to finitely many states.</summary>
    public abstract bool IsRepeatable(int operationClass);

    /// <summary>
    /// The operations that can never take effect any more, unless they have, once one of a class has done so in a
    /// state: what they must find would be gone for good.
    /// </summary>
    public virtual int[] LostBy(int state, int operationClass) => [];

    /// <summary>The event of the call of an operation of <see cref="LostBy"/>.</summary>
    public virtual int CallAt(int operation) => 0;
}

/// <summary>The space of a model, discovered and remembered as it is walked.</summary>
internal sealed class StateSpace<TState, TInput, TOutput> : StateSpace
    where TInput : notnull
{
    private const int NotTried = -2;

    // Tables up to this many steps; beyond, what was tried is remembered one by one.
    private const int TableMax = 1 << 20;

    // A row of the table apart from its steps.
    private const int RowBytes = 32;

    // A state in a list and a dictionary, also while these grow; what it is made of comes on top.
    private const int StateBytes = 96;

    // More steps than this are not remembered one by one at a time.
    private const int StepsMax = 1 << 17;
    private const int StepBytes = 28;
    private const int StepsMin = 256;

    // What is remembered of a state and a class that takes away what operations must find.
    private const int LostBytes = 64;

    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly BudgetMeter? _meter;
    private readonly ICellModel<TInput, TOutput>? _cells;
    private readonly Footprints<TInput, TOutput>? _accesses;
    private readonly Predicate<TState>? _isObservable;
    private readonly int _tableMax = TableMax;
    private readonly List<TState> _states = [];
    private readonly Dictionary<Wrapped, int> _stateNumbers;
    private readonly List<(TInput Input, Outcome<TOutput> Outcome)> _classes = [];
    private readonly List<Traits> _traits = [];

    // Of a class the state that it leads to from each, or the only one in which it is possible.
    private readonly List<int> _only = [];
    private readonly Dictionary<(TInput, Outcome<TOutput>), int> _classNumbers = [];
    private readonly Dictionary<(int State, bool IsKnown), int> _overwriting = [];
    private readonly List<int[]> _table = [];
    private int _unobservable = Impossible;
    private readonly Dictionary<ulong, int> _steps = [];
    private readonly IKeyedStates<TState>? _keyed;
    private readonly Dictionary<(string Key, string? Value), int[]>? _readers;
    private readonly int[] _callAt = [];
    private readonly string[][] _written = [];
    private readonly Dictionary<ulong, int[]> _lost = [];

    public StateSpace(IModel<TState, TInput, TOutput> model,
        Operation<TInput, TOutput>[] history,
        Part part,
        BudgetMeter? meter = null)
    {
        (_model, _meter) = (model, meter);
        _stateNumbers = new Dictionary<Wrapped, int>(new WrappedComparer(model.States));
        _ = NumberOf(model.Initial);

        // What joined the keys may have been left out.
        var isJoint = part.Original is not null
            && Parts.Split(model, Array.ConvertAll(part.Source, index => history[index])).Count > 1;
        if (!isJoint)
        {
            _isObservable = (model as IObservableStates<TState, TInput, TOutput>)?.ObservableStates(history, part);
            _cells = model as ICellModel<TInput, TOutput>;
        }

        if (Array.Exists(part.Source, index => _cells?.EffectOf(history[index]) == CellEffect.Beyond))
            _cells = null;
        if (_cells is null && model is IAccessModel<string, TInput, TOutput> joint)
            _accesses = new(joint, history, part);
        Classes = Array.ConvertAll(part.Source, index => ClassOf(history[index]));
        if (part.Readers is { Count: > 0 } readers
            && model is IKeyedStates<TState> keyed
            && model is IAccessModel<string, TInput, TOutput> accesses)
        {
            (_keyed, _readers, _callAt) = (keyed, readers, part.CallAt);
            _written = KeysWritten(history, part, accesses);
        }
    }

    /// <summary>A space of operations that are not known yet.</summary>
    public StateSpace(IModel<TState, TInput, TOutput> model)
    {
        (_model, _cells, _tableMax, Classes) = (model, model as ICellModel<TInput, TOutput>, 0, []);
        _stateNumbers = new Dictionary<Wrapped, int>(new WrappedComparer(model.States));
        _ = NumberOf(model.Initial);
    }

    /// <summary>Of each class the keys that it may change.</summary>
    private string[][] KeysWritten(
        Operation<TInput, TOutput>[] history, Part part, IAccessModel<string, TInput, TOutput> model)
    {
        var written = new string[_classes.Count][];
        var accesses = new List<Access<string>>();
        for (var i = 0; i < Classes.Length; i++)
        {
            if (written[Classes[i]] is not null)
                continue;
            accesses.Clear();
            model.AddAccesses(history[part.Source[i]], [], accesses);
            written[Classes[i]] = [.. accesses.Where(access => access.Effect != AccessEffect.None)
                .Select(access => access.Key)];
        }

        return written;
    }

    public override int CallAt(int operation) => _callAt[operation];

    public override int[] LostBy(int state, int operationClass)
    {
        if (_readers is null || _written[operationClass].Length == 0)
            return [];
        var key = ((ulong)(uint)state << 32) | (uint)operationClass;
        if (_lost.TryGetValue(key, out var lost))
            return lost;
        var next = Step(state, operationClass);
        lost = next == Impossible
            ? []
            : FindLost(_states[state], _states[next], _written[operationClass]);
        _lost.Add(key, lost);
        _meter?.Reserve(LostBytes + (sizeof(int) * lost.Length));
        return lost;
    }

    private int[] FindLost(TState before, TState after, string[] keys)
    {
        List<int>? lost = null;
        foreach (var key in keys)
        {
            var value = _keyed!.ValueOf(before, key);
            if (value != _keyed.ValueOf(after, key) && _readers!.TryGetValue((key, value), out var readers))
                (lost ??= []).AddRange(readers);
        }

        return lost is null ? [] : [.. lost];
    }

    public override int[] Classes { get; }

    /// <summary>How many states and classes there are.</summary>
    public int Size => _states.Count + _classes.Count;

    public override int Step(int state, int operationClass)
    {
        // What overwrites leads to one state, and what reads is possible in one.
        var only = _only[operationClass];
        if (only != NotTried)
            return state == only || _traits[operationClass].LeadsToOne ? only : Impossible;
        if (state < _table.Count)
        {
            ref var known = ref _table[state][operationClass];
            if (known == NotTried)
                known = Try(state, operationClass);
            return known;
        }

        if (TryAddRows(state))
            return Step(state, operationClass);

        var key = ((ulong)(uint)state << 32) | (uint)operationClass;
        if (!_steps.TryGetValue(key, out var next))
        {
            next = Try(state, operationClass);
            MakeRoom();
            _steps.Add(key, next);
        }

        return next;
    }

    /// <summary>Adds the rows of the table up to a state, if there is room.</summary>
    private bool TryAddRows(int state)
    {
        var rows = state + 1 - _table.Count;
        if (_table.Count * _classes.Count >= _tableMax
            || _meter?.TryReserve(rows * (RowBytes + (sizeof(int) * (long)_classes.Count))) == false)
            return false;
        for (; rows > 0; rows--)
        {
            _table.Add(new int[_classes.Count]);
            Array.Fill(_table[^1], NotTried);
        }

        return true;
    }

    /// <summary>Makes room to remember one more step: forgets all, rather than to outgrow what it may take.</summary>
    private void MakeRoom()
    {
        var capacity = _steps.Capacity;
        if (_steps.Count < capacity)
            return;
        var wanted = Math.Max(StepsMin, 2 * capacity);
        if (wanted > 2 * StepsMax || _meter?.TryReserve((long)StepBytes * wanted) == false)
        {
            _steps.Clear();
            return;
        }

        _steps.EnsureCapacity(wanted);
        _meter?.Reserve(-(long)StepBytes * capacity);
    }

    public override bool IsReadOnly(int operationClass) => _traits[operationClass].IsReadOnly;

    public override Footprint FootprintOf(int operationClass) => _traits[operationClass].Footprint;

    public override bool IsRepeatable(int operationClass) => _traits[operationClass].IsRepeatable;

    private int Try(int state, int operationClass)
    {
        var (input, outcome) = _classes[operationClass];
        // What the model takes to make a state is what the state takes, or a little more.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (!_model.Step(_states[state], input, outcome, out var after))
            return Impossible;
        var next = NumberOf(after, GC.GetAllocatedBytesForCurrentThread() - allocated);
        if (_traits[operationClass].HasOnly)
            _only[operationClass] = next;
        return next;
    }

    public int ClassOf(in Operation<TInput, TOutput> operation)
    {
        var content = (operation.Input, operation.Outcome);
        if (_classNumbers.TryGetValue(content, out var number))
            return number;
        number = _classes.Count;
        var effect = _cells?.EffectOf(operation);

        // Writes that lead to the same state are alike.
        if (effect is CellEffect.Write
            && _model.Step(_model.Initial, operation.Input, operation.Outcome, out var after)
            && !_overwriting.TryAdd((NumberOf(after), operation.Outcome.IsKnown), number))
        {
            number = _overwriting[(NumberOf(after), operation.Outcome.IsKnown)];
            _classNumbers.Add(content, number);
            return number;
        }

        _classes.Add(content);
        _only.Add(NotTried);
        var isPossible = _model.Step(_model.Initial, operation.Input, operation.Outcome, out _);
        var (footprint, isFinite) = _accesses?.Of(operation, isPossible)
            ?? (Whole(effect), effect is CellEffect.Write or CellEffect.Swap);
        _traits.Add(new Traits(
            _model.IsReadOnly(operation.Input, operation.Outcome),
            footprint,
            effect is CellEffect.Write,
            isFinite || (effect is CellEffect.Append && _isObservable is not null),
            effect is CellEffect.Write or CellEffect.Read));
        _classNumbers.Add(content, number);
        return number;
    }

    /// <summary>The footprint on a value that makes up the whole state.</summary>
    private static Footprint Whole(CellEffect? effect) => effect switch
    {
        CellEffect.Write => new(1, 1, Overwritten: 1, Blind: 1),
        CellEffect.Append => new(1, 1, Overwritten: 0, Blind: 1),
        _ => Footprint.Unknown,
    };

    /// <summary>The number of a state of another space.</summary>
    public int Adopt(StateSpace<TState, TInput, TOutput> other, int state) => NumberOf(other._states[state]);

    /// <summary>The number of a class of another space.</summary>
    public int AdoptClass(StateSpace<TState, TInput, TOutput> other, int operationClass)
    {
        var (input, outcome) = other._classes[operationClass];
        return ClassOf(outcome.IsKnown
            ? new Operation<TInput, TOutput>(0, input, outcome.Value!, 0, 0)
            : new Operation<TInput, TOutput>(0, input, 0));
    }

    private int NumberOf(TState state, long bytes = 0)
    {
        if (_stateNumbers.TryGetValue(new Wrapped(state), out var number))
            return number;
        var isObservable = _isObservable?.Invoke(state) ?? true;
        if (!isObservable && _unobservable != Impossible)
            return _unobservable;
        number = _states.Count;
        if (!isObservable)
            _unobservable = number;
        _states.Add(state);
        _meter?.Reserve(StateBytes + bytes);
        _stateNumbers.Add(new Wrapped(state), number);
        return number;
    }

    private readonly record struct Traits(
        bool IsReadOnly, Footprint Footprint, bool LeadsToOne, bool IsRepeatable, bool HasOnly);

    /// <summary>Lets null be a state, which a dictionary does not take as a key.</summary>
    private readonly record struct Wrapped(TState State);

    private sealed class WrappedComparer(IEqualityComparer<TState> states) : IEqualityComparer<Wrapped>
    {
        public bool Equals(Wrapped x, Wrapped y) => states.Equals(x.State, y.State);

        public int GetHashCode(Wrapped wrapped) => wrapped.State is { } state ? states.GetHashCode(state) : 0;
    }
}
