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

    /// <summary>Whether an operation is possible in every state.</summary>
    public abstract bool IsTotal(int operationClass);

    /// <summary>Whether operations of the class, done again and again, lead to finitely many states.</summary>
    public abstract bool IsRepeatable(int operationClass);

    /// <summary>Whether an operation is possible in every state and leads to the same one from each.</summary>
    public abstract bool Overwrites(int operationClass);
}

/// <summary>The space of a model, discovered and remembered as it is walked.</summary>
internal sealed class StateSpace<TState, TInput, TOutput> : StateSpace
    where TInput : notnull
{
    private const int NotTried = -2;

    // Tables up to this many steps; beyond, what was tried is remembered one by one.
    private const int TableMax = 1 << 20;

    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly List<TState> _states = [];
    private readonly Dictionary<Wrapped, int> _stateNumbers;
    private readonly List<(TInput Input, Outcome<TOutput> Outcome)> _classes = [];
    private readonly List<(bool IsReadOnly, bool IsTotal, bool Overwrites, bool IsRepeatable)> _traits = [];
    private readonly Dictionary<(TInput, Outcome<TOutput>), int> _classNumbers = [];
    private readonly List<int[]> _table = [];
    private readonly Dictionary<ulong, int> _steps = [];

    public StateSpace(IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Part part)
    {
        _model = model;
        _stateNumbers = new Dictionary<Wrapped, int>(new WrappedComparer(model.States));
        _ = NumberOf(model.Initial);
        var cells = model as ICellModel<TInput, TOutput>;
        if (Array.Exists(part.Source, index => cells?.EffectOf(history[index]) == CellEffect.Beyond))
            cells = null;
        Classes = Array.ConvertAll(part.Source, index => ClassOf(history[index], cells));
    }

    public override int[] Classes { get; }

    public override int Step(int state, int operationClass)
    {
        if (state < _table.Count)
        {
            ref var known = ref _table[state][operationClass];
            if (known == NotTried)
                known = Try(state, operationClass);
            return known;
        }

        if (_table.Count * _classes.Count < TableMax)
        {
            while (_table.Count <= state)
            {
                _table.Add(new int[_classes.Count]);
                Array.Fill(_table[^1], NotTried);
            }

            return Step(state, operationClass);
        }

        var key = ((ulong)(uint)state << 32) | (uint)operationClass;
        if (!_steps.TryGetValue(key, out var next))
            _steps.Add(key, next = Try(state, operationClass));
        return next;
    }

    public override bool IsReadOnly(int operationClass) => _traits[operationClass].IsReadOnly;

    public override bool IsTotal(int operationClass) => _traits[operationClass].IsTotal;

    public override bool IsRepeatable(int operationClass) => _traits[operationClass].IsRepeatable;

    public override bool Overwrites(int operationClass) => _traits[operationClass].Overwrites;

    private int Try(int state, int operationClass)
    {
        var (input, outcome) = _classes[operationClass];
        return _model.Step(_states[state], input, outcome, out var after) ? NumberOf(after) : Impossible;
    }

    private int ClassOf(in Operation<TInput, TOutput> operation, ICellModel<TInput, TOutput>? cells)
    {
        var content = (operation.Input, operation.Outcome);
        if (_classNumbers.TryGetValue(content, out var number))
            return number;
        number = _classes.Count;
        _classes.Add(content);
        var effect = cells?.EffectOf(operation);
        _traits.Add((
            _model.IsReadOnly(operation.Input, operation.Outcome),
            effect is CellEffect.Write or CellEffect.Append,
            effect is CellEffect.Write,
            effect is CellEffect.Write or CellEffect.Swap));
        _classNumbers.Add(content, number);
        return number;
    }

    private int NumberOf(TState state)
    {
        if (_stateNumbers.TryGetValue(new Wrapped(state), out var number))
            return number;
        number = _states.Count;
        _states.Add(state);
        _stateNumbers.Add(new Wrapped(state), number);
        return number;
    }

    /// <summary>Lets null be a state, which a dictionary does not take as a key.</summary>
    private readonly record struct Wrapped(TState State);

    private sealed class WrappedComparer(IEqualityComparer<TState> states) : IEqualityComparer<Wrapped>
    {
        public bool Equals(Wrapped x, Wrapped y) => states.Equals(x.State, y.State);

        public int GetHashCode(Wrapped wrapped) => wrapped.State is { } state ? states.GetHashCode(state) : 0;
    }
}
