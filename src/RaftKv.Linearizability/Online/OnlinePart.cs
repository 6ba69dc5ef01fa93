using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;

namespace RaftKv.Linearizability.Online;

/// <summary>
/// Follows one key with two sweeps. The first has gone through the events up to the call of the oldest operation whose
/// outcome is not known yet, and keeps every configuration that explains them. The second has gone through all, but
/// makes it easy for itself: it keeps some configurations only, which show that all is well. Where it finds none, it is
/// made anew from the first and the events since: if there is none even so, what happened is impossible.
/// </summary>
internal sealed class OnlinePart<TState, TInput, TOutput>(IModel<TState, TInput, TOutput> model, long stepsMax)
    where TInput : notnull
{
    // So many states and classes, and a new space takes the place of the old with what is still in use.
    private const int SizeMax = 4096;

    // An operation that has not returned, but must: behind all that have, before those that never will.
    private const int Later = int.MaxValue - 1;

    private const long MemoryMax = 16 << 20;

    // What the second sweep keeps.
    private static readonly Width _narrow = new(8, Merges: false);

    private readonly ICellModel<TInput, TOutput>? _cells = model as ICellModel<TInput, TOutput>;
    private readonly Queue<(Call Call, bool IsReturn)> _events = new();
    private readonly Dictionary<int, Call> _open = [];
    private readonly BudgetMeter _meter = new(new Budget { Steps = stepsMax, MemoryBytes = MemoryMax });
    private StateSpace<TState, TInput, TOutput> _space = new(model);
    private Sweep? _settled;
    private Sweep? _witness;
    private PathMemory? _paths;
    private int _time;
    private int _settlings;

    /// <summary>Whether the answers are looked at.</summary>
    public bool IsFollowed { get; set; } = true;

    /// <summary>How many states, classes, events and open operations are held.</summary>
    public int Held => _space.Size + _events.Count + _open.Count;

    private Sweep Settled => _settled ??= new Sweep(_space, _meter);

    private Sweep Witness
    {
        get
        {
            if (_witness is null)
                (_witness = NewWitness()).Width = _narrow;
            return _witness;
        }
    }

    private Sweep NewWitness()
    {
        _paths?.Release();
        _paths = new PathMemory(_meter);
        return Settled.Remembering(_paths, 0);
    }

    public int Invoke(TInput input)
    {
        var call = new Call(++_time, input);
        if (!IsFollowed)
            return call.Number;
        _open.Add(call.Number, call);
        if (IsBlind(call))
            Show(Witness, call);
        _events.Enqueue((call, false));
        return call.Number;
    }

    /// <summary>An operation returns; false when that is impossible.</summary>
    public bool Return(int operation, TOutput output)
    {
        if (!_open.Remove(operation, out var call) || !IsFollowed)
            return true;
        (call.Outcome, call.ReturnAt) = (new Outcome<TOutput>(output), ++_time);
        _events.Enqueue((call, true));
        _meter.Refill();
        if (!IsShown(call) && (!Renew(_narrow) || Witness.Count == 0))
            Renew(Width.All);
        if (!IsFollowed)
            return true;
        var isPossible = Witness.Count > 0;
        if (isPossible)
            Settle();
        return isPossible;
    }

    public void Lose(int operation)
    {
        if (!_open.Remove(operation, out var call))
            return;
        call.ReturnAt = int.MaxValue;
        _meter.Refill();
        Settle();
    }

    public void Discard(int operation)
    {
        if (!_open.Remove(operation, out var call))
            return;
        call.IsDiscarded = true;
        call.ReturnAt = int.MaxValue;
        _meter.Refill();
        Renew(Width.All);
        Settle();
    }

    private bool IsBlind(Call call) => _cells is not null
        && _cells.EffectOf(new Operation<TInput, TOutput>(0, call.Input, 0)) is CellEffect.Write or CellEffect.Append;

    private int ClassOf(Call call)
    {
        var known = (_space, call.Outcome.IsKnown);
        if (call.ClassIn != known)
        {
            call.ClassIn = known;
            call.Class = _space.ClassOf(call.Outcome.IsKnown
                ? new Operation<TInput, TOutput>(0, call.Input, call.Outcome.Value!, 0, 0)
                : new Operation<TInput, TOutput>(0, call.Input, 0));
        }

        return call.Class;
    }

    /// <summary>A call, to a sweep that may not know its outcome yet.</summary>
    private void Show(Sweep sweep, Call call)
    {
        if (call.IsDiscarded)
            return;
        var returnAt = call.ReturnAt > 0 ? call.ReturnAt : IsBlind(call) ? Later : int.MaxValue;
        sweep.Call(call.Number, ClassOf(call), returnAt);
    }

    /// <summary>Whether the second sweep shows an answer to be possible.</summary>
    private bool IsShown(Call call)
    {
        if (!IsBlind(call))
        {
            var operationClass = ClassOf(call);
            if (call.MayHaveBeenUsed)
                return false;
            if (_space.IsReadOnly(operationClass) && Witness.Show(operationClass, call.Number))
                return true;
            Witness.Call(call.Number, operationClass, call.ReturnAt);
        }

        return Witness.Return(call.Number, call.ReturnAt) && Witness.Count > 0;
    }

    /// <summary>Makes the second sweep anew, to keep so many.</summary>
    /// <returns>False when what happens is not followed any more.</returns>
    private bool Renew(Width width)
    {
        if (!IsFollowed)
            return false;
        _witness?.Release();
        _witness = NewWitness();
        _witness.Width = width;
        foreach (var (call, isReturn) in _events)
        {
            if (isReturn && _witness.Count > 0)
            {
                _witness.Return(call.Number, call.ReturnAt);
            }
            else if (!isReturn)
            {
                Show(_witness, call);
                call.MayHaveBeenUsed = call.ReturnAt == 0 && !model.IsReadOnly(call.Input, default);
            }

            if (_meter.IsExhausted)
            {
                StopFollowing();
                return false;
            }
        }

        _witness.Width = _narrow;
        return true;
    }

    /// <summary>Forgets what took effect before anything was called that is open.</summary>
    private void Forget()
    {
        var oldest = _events.TryPeek(out var first) ? first.Call.Number : _time;
        foreach (var path in Witness.Paths)
            path?.ForgetBefore(oldest);
        _paths?.Recount([Witness]);
    }

    private void StopFollowing()
    {
        IsFollowed = false;
        (_settled, _witness) = (null, null);
        _events.Clear();
        _open.Clear();
    }

    /// <summary>Moves the first sweep on.</summary>
    private void Settle()
    {
        if (!IsFollowed)
            return;
        while (_events.TryPeek(out var next) && (next.IsReturn || next.Call.ReturnAt > 0))
        {
            _events.Dequeue();
            if (next.IsReturn)
                Settled.Return(next.Call.Number, next.Call.ReturnAt);
            else
                Show(Settled, next.Call);
            if (_meter.IsExhausted)
            {
                StopFollowing();
                return;
            }
        }

        if (_witness is not null && (++_settlings & 31) == 0)
            Forget();
        if (_space.Size <= SizeMax)
            return;
        var fresh = new StateSpace<TState, TInput, TOutput>(model);
        var old = Settled;
        _settled = old.MoveTo(fresh, state => fresh.Adopt(_space, state), one => fresh.AdoptClass(_space, one));
        old.Release();
        _space = fresh;
        Renew(Width.All);
    }

    private sealed class Call(int number, TInput input)
    {
        public int Number { get; } = number;

        public TInput Input { get; } = input;

        public Outcome<TOutput> Outcome { get; set; }

        /// <summary>0: not yet.</summary>
        public int ReturnAt { get; set; }

        public bool IsDiscarded { get; set; }

        /// <summary>What it is in the space of <see cref="ClassIn"/>.</summary>
        public int Class { get; set; }

        /// <summary>The space, and whether the outcome was known.</summary>
        public (object? Space, bool IsKnown) ClassIn { get; set; }

        /// <summary>Whether the second sweep was told of it before its outcome was known.</summary>
        public bool MayHaveBeenUsed { get; set; }
    }
}
