using RaftKv.Linearizability.Online;

namespace RaftKv.Linearizability.Formats;

/// <summary>A history that was read from a file, with the model that the file is about.</summary>
public abstract class RecordedHistory
{
    private protected RecordedHistory(string model, string? initial) => (Model, Initial) = (model, initial);

    /// <summary>What every key or register holds at first; null: nothing.</summary>
    public string? Initial { get; }

    /// <summary>The name of the model: kv, cas-register, multi-register or mutex.</summary>
    public string Model { get; }

    /// <summary>How many operations there are.</summary>
    public abstract int Count { get; }

    /// <summary>How many of them are of unknown outcome.</summary>
    public abstract int UnknownCount { get; }

    /// <summary>Checks the history against its model.</summary>
    public abstract CheckResult Check(Budget? budget = null);

    /// <summary>
    /// Checks the first operations, so that a check of all of them does not have to wait for the runtime to compile
    /// what it needs.
    /// </summary>
    public abstract void WarmUp();

    /// <summary>One operation, in words.</summary>
    public abstract RecordedOperation this[int index] { get; }

    /// <summary>
    /// The time of the first return that makes the history illegal; null when it is not known to be within the budget.
    /// Up to just before it the history is linearizable, as far as the budget tells.
    /// </summary>
    public abstract long? FirstImpossibleReturn(Budget? budget = null);

    /// <summary>Explains why the history is illegal; null when it is not known to be within the budget.</summary>
    public abstract Explanation? Explain(Budget? budget = null);

    /// <summary>
    /// Finds an order of the operations that explains every answer, as indexes; null when the history is not known to
    /// be linearizable within the budget.
    /// </summary>
    public abstract IReadOnlyList<int>? Linearize(Budget? budget = null);

    /// <summary>Checks an order by the definition: null when it explains every answer, or what is wrong.</summary>
    public abstract string? VerifyOrder(IReadOnlyList<int> order);

    /// <summary>
    /// Checks a core by the definition: true when its operations cannot all be, false when they can, null when there is
    /// too much to try, or it has more than 128 operations.
    /// </summary>
    public abstract bool? VerifyCore(Explanation explanation);

    /// <summary>
    /// Feeds the events to an <see cref="OnlineChecker{TState, TInput, TOutput}"/>, up to the first impossible answer.
    /// </summary>
    /// <returns>The verdict, unknown where not everything was followed; and how many events were fed.</returns>
    public abstract (Verdict Verdict, long Events) CheckOnline();
}

/// <summary>A history of a known model.</summary>
public sealed class RecordedHistory<TState, TInput, TOutput> : RecordedHistory
    where TInput : notnull
{
    private const int WarmUpOperations = 1_000;
    private const int WarmUpSteps = 20_000;
    private readonly IModel<TState, TInput, TOutput> _model;

    // Calls and, as complements, returns in the order of their times.
    private int[]? _events;

    internal RecordedHistory(
        string name,
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> operations,
        string? initial = null)
        : base(name, initial) => (_model, Operations) = (model, operations);

    /// <summary>The operations, in the order of their calls.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Operations { get; }

    /// <inheritdoc/>
    public override int Count => Operations.Count;

    /// <inheritdoc/>
    public override int UnknownCount => Operations.Count(operation => !operation.Outcome.IsKnown);

    /// <inheritdoc/>
    public override RecordedOperation this[int index]
    {
        get
        {
            var operation = Operations[index];
            var what = _model.Describe(operation.Input, operation.Outcome);
            return new(
                operation.Client, what, operation.Call, operation.Outcome.IsKnown ? operation.Return : null);
        }
    }

    /// <inheritdoc/>
    public override long? FirstImpossibleReturn(Budget? budget = null) =>
        Checker.FirstImpossibleReturn(_model, Operations, budget);

    /// <inheritdoc/>
    public override void WarmUp()
    {
        var first = Operations.Take(WarmUpOperations).ToArray();
        Checker.Check(_model, first, new Budget { Steps = WarmUpSteps });
    }

    /// <inheritdoc/>
    public override CheckResult Check(Budget? budget = null) => Checker.Check(_model, Operations, budget);

    /// <inheritdoc/>
    public override Explanation? Explain(Budget? budget = null) => Checker.Explain(_model, Operations, budget);

    /// <inheritdoc/>
    public override IReadOnlyList<int>? Linearize(Budget? budget = null) =>
        Checker.Linearize(_model, Operations, budget);

    /// <inheritdoc/>
    public override string? VerifyOrder(IReadOnlyList<int> order) => Verifier.CheckOrder(_model, Operations, order);

    /// <inheritdoc/>
    public override bool? VerifyCore(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        return explanation.Core.Count > Verifier.CoreMax
            ? null
            : Verifier.CheckCore(_model, Operations, explanation.Core, from: explanation.From);
    }

    /// <inheritdoc/>
    public override (Verdict Verdict, long Events) CheckOnline()
    {
        // Intervals are closed: at equal times calls come first.
        _events ??=
        [
            .. Enumerable.Range(0, Count)
                .Concat(Enumerable.Range(0, Count).Where(i => Operations[i].Outcome.IsKnown).Select(i => ~i))
                .OrderBy(at => at < 0 ? Operations[~at].Return : Operations[at].Call)
                .ThenBy(at => at < 0),
        ];
        var checker = new OnlineChecker<TState, TInput, TOutput>(_model);
        foreach (var at in _events)
        {
            if (at >= 0)
                checker.Invoke(at, Operations[at].Input);
            else if (!checker.Return(~at, Operations[~at].Outcome.Value!))
                return (Verdict.Illegal, checker.Events);
        }

        return (checker.IsComplete ? Verdict.Linearizable : Verdict.Unknown, checker.Events);
    }
}

/// <summary>An operation in words.</summary>
/// <param name="Client">Who called.</param>
/// <param name="What">What was done, as the model describes it.</param>
/// <param name="Call">When it was called.</param>
/// <param name="Return">When the answer arrived; null when the outcome is unknown.</param>
public readonly record struct RecordedOperation(int Client, string What, long Call, long? Return);
