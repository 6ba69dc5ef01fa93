using RaftKv.Linearizability.Models;

namespace RaftKv.Linearizability.Search;

/// <summary>
/// A model reduced to small numbers: state 0 is the initial one, equal operations share a class, and a step from a
/// state by a class leads to a state or to <see cref="Impossible"/>. The searches see nothing else of a model.
/// </summary>
internal abstract class StateSpace
{
    public const int Impossible = -1;

    public abstract int Step(int state, int operationClass);

    public abstract bool IsReadOnly(int operationClass);

    /// <summary>Whether an operation is possible in every state.</summary>
    public abstract bool IsTotal(int operationClass);

    /// <summary>Whether an operation is possible in every state and leads to the same one from each.</summary>
    public abstract bool Overwrites(int operationClass);
}

/// <summary>The space of a model, discovered and remembered as it is walked.</summary>
internal sealed class StateSpace<TState, TInput, TOutput> : StateSpace
    where TInput : notnull
{
    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly List<TState> _states = [];
    private readonly Dictionary<Wrapped, int> _stateNumbers;
    private readonly List<(TInput Input, Outcome<TOutput> Outcome)> _classes = [];
    private readonly List<(bool IsReadOnly, bool IsTotal, bool Overwrites)> _traits = [];
    private readonly Dictionary<(TInput, Outcome<TOutput>), int> _classNumbers = [];
    private readonly Dictionary<ulong, int> _steps = [];

    public StateSpace(IModel<TState, TInput, TOutput> model)
    {
        _model = model;
        _stateNumbers = new Dictionary<Wrapped, int>(new WrappedComparer(model.States));
        _ = NumberOf(model.Initial);
    }

    /// <summary>The class of each operation of a part.</summary>
    public int[] Classify(Operation<TInput, TOutput>[] history, Part part)
    {
        var cells = _model as ICellModel<TInput, TOutput>;
        foreach (var index in part.Source)
        {
            if (cells?.EffectOf(history[index]) is CellEffect.Beyond)
                cells = null;
        }

        var classes = new int[part.Count];
        for (var i = 0; i < classes.Length; i++)
            classes[i] = ClassOf(history[part.Source[i]], cells);
        return classes;
    }

    public override int Step(int state, int operationClass)
    {
        var key = ((ulong)(uint)state << 32) | (uint)operationClass;
        if (_steps.TryGetValue(key, out var next))
            return next;
        var (input, outcome) = _classes[operationClass];
        next = _model.Step(_states[state], input, outcome, out var after) ? NumberOf(after) : Impossible;
        _steps.Add(key, next);
        return next;
    }

    public override bool IsReadOnly(int operationClass) => _traits[operationClass].IsReadOnly;

    public override bool IsTotal(int operationClass) => _traits[operationClass].IsTotal;

    public override bool Overwrites(int operationClass) => _traits[operationClass].Overwrites;

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
            effect is CellEffect.Write));
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
