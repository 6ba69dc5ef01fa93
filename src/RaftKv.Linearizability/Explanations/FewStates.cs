using System.Numerics;

namespace RaftKv.Linearizability.Explanations;

/// <summary>
/// A model of few states, and the operations of a part that are none of a core: how many of a kind there are, and what
/// they do. A set of states is a word.
/// </summary>
internal sealed class FewStates<TState, TInput, TOutput>
    where TInput : notnull
{
    private const int None = -1;
    private const int StatesMax = 32;

    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly Operation<TInput, TOutput>[] _operations;
    private readonly List<TState> _states = [];
    private readonly List<TInput> _inputs = [];
    private readonly List<int[]> _rows = [];
    private readonly int[]?[] _own;

    private FewStates(IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] operations)
    {
        (_model, _operations) = (model, operations);
        _states.Add(model.Initial);
        Kinds = new int[operations.Length];
        _own = new int[operations.Length][];
        var kinds = new Dictionary<TInput, int>();
        for (var i = 0; i < operations.Length; i++)
        {
            Kinds[i] = None;
            if (model.IsReadOnly(operations[i].Input, operations[i].Outcome))
                continue;
            if (!kinds.TryGetValue(operations[i].Input, out Kinds[i]))
            {
                kinds.Add(operations[i].Input, Kinds[i] = _inputs.Count);
                _inputs.Add(operations[i].Input);

                // That there are too many is mostly soon seen.
                if (!TryStep(0, operations[i].Input))
                    return;
            }
        }
    }

    /// <summary>How many kinds of operations may change the state.</summary>
    public int KindCount => _inputs.Count;

    /// <summary>The kind of each operation; -1: it changes nothing.</summary>
    public int[] Kinds { get; }

    /// <summary>Every state.</summary>
    public ulong All => (1UL << _states.Count) - 1;

    /// <summary>Whether an answer was found to lead where no unknown outcome does: the states are not all.</summary>
    public bool HasOthers { get; private set; }

    /// <summary>The states of a model; null: they are too many.</summary>
    public static FewStates<TState, TInput, TOutput>? Find(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] operations)
    {
        var few = new FewStates<TState, TInput, TOutput>(model, operations);
        for (var state = 0; state < few._states.Count; state++)
        {
            foreach (var input in few._inputs)
            {
                if (!few.TryStep(state, input))
                    return null;
            }
        }

        few._rows.AddRange(few._inputs.Select(input => few.Row(input, default)));
        return few;
    }

    /// <summary>Adds the state that an operation leads to; false when there are too many.</summary>
    private bool TryStep(int state, TInput input)
    {
        if (!_model.Step(_states[state], input, default, out var next) || NumberOf(next) != None)
            return true;
        if (_states.Count == StatesMax)
            return false;
        _states.Add(next);
        return true;
    }

    /// <summary>The states behind an operation as it was recorded.</summary>
    public ulong After(int operation, ulong states) => Apply(
        _own[operation] ??= Row(_operations[operation].Input, _operations[operation].Outcome), states);

    /// <summary>The states behind one of a kind, of unknown outcome.</summary>
    public ulong AfterKind(int kind, ulong states) => Apply(_rows[kind], states);

    /// <summary>Adds to the states that each state leads to those behind one of a kind.</summary>
    public void AddSteps(int kind, ulong[] steps)
    {
        var row = _rows[kind];
        for (var state = 0; state < row.Length; state++)
            steps[state] |= row[state] == None ? 0 : 1UL << row[state];
    }

    private static ulong Apply(int[] row, ulong states)
    {
        var after = 0UL;
        for (; states != 0; states &= states - 1)
        {
            var next = row[BitOperations.TrailingZeroCount(states)];
            if (next != None)
                after |= 1UL << next;
        }

        return after;
    }

    /// <summary>Where an operation leads from each state.</summary>
    private int[] Row(TInput input, Outcome<TOutput> outcome)
    {
        var row = new int[_states.Count];
        for (var state = 0; state < row.Length; state++)
        {
            var isPossible = _model.Step(_states[state], input, outcome, out var next);
            row[state] = isPossible ? NumberOf(next) : None;
            HasOthers |= isPossible && row[state] == None;
        }

        return row;
    }

    private int NumberOf(TState state)
    {
        for (var number = 0; number < _states.Count; number++)
        {
            if (_model.States.Equals(_states[number], state))
                return number;
        }

        return None;
    }
}
