using RaftKv.Linearizability.Explanations;
using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using Xunit;

namespace RaftKv.Linearizability.Tests.Oracle;

/// <summary>The checker against the definition, on random small histories of every model.</summary>
public sealed class BruteForceTests
{
    // Brute force tries all orders of what is outside of a core, whenever that was called.
    private const int CoreOf = 5;
    private const int VerifierSteps = 5_000;

    private static readonly string?[] _values = [null, "0", "1", "2"];

    [Fact]
    public void Agrees_on_key_value_histories_whose_values_repeat() => Compare(new KvModel(), (random, _) =>
    {
        var key = random.Next(4) == 0 ? "b" : "a";
        var value = _values[random.Next(1, 4)]!;
        return random.Next(4) switch
        {
            0 => KvInput.Put(key, value),
            1 => KvInput.CompareAndSet(key, _values[random.Next(4)], value),
            2 when random.Next(2) == 0 => KvInput.Append(key, value),
            _ => KvInput.Get(key),
        };
    }, KvAnswer);

    [Fact]
    public void Agrees_on_key_value_histories_whose_values_are_unique() => Compare(new KvModel(), (random, i) =>
        random.Next(4) switch
        {
            0 or 1 => KvInput.Put("a", $"{i}"),
            2 when random.Next(3) == 0 => KvInput.CompareAndSet("a", i == 0 ? null : $"{random.Next(i)}", $"{i}"),
            _ => KvInput.Get("a"),
        }, KvAnswer);

    [Fact]
    public void Agrees_on_appends_with_and_without_puts() => Compare(new KvModel(), (random, i) => random.Next(8) switch
    {
        0 => KvInput.Put("a", $"{i};"),
        < 5 => KvInput.Append("a", $"{i};"),
        _ => KvInput.Get("a"),
    }, KvAnswer);

    [Fact]
    public void Agrees_on_registers() => Compare(new RegisterModel<int>(), (random, _) => random.Next(3) switch
    {
        0 => new RegisterInput<int>(RegisterKind.Read),
        1 => new RegisterInput<int>(RegisterKind.Write, random.Next(3)),
        _ => new RegisterInput<int>(RegisterKind.CompareAndSet, random.Next(3), random.Next(3)),
    }, (random, state, input) => input.Kind switch
    {
        RegisterKind.Read => new RegisterOutput<int>(random.Next(4) == 0 ? random.Next(3) : state),
        RegisterKind.CompareAndSet => new RegisterOutput<int>(0, state == input.Expected),
        _ => new RegisterOutput<int>(0),
    });

    [Fact]
    public void Agrees_on_mutexes() => Compare(
        new MutexModel(),
        (random, _) => (MutexInput)random.Next(2),
        (random, state, input) => random.Next(5) == 0 ? random.Next(2) == 0 : state == (input == MutexInput.Release));

    [Fact]
    public void Agrees_on_transactions() => Compare(new MultiRegisterModel("0"), (random, _) => new Transaction(
        new([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new RegisterAccess(
            random.Next(3) == 0 ? "x" : random.Next(2) == 0 ? "y" : "z",
            random.Next(2) == 0,
            _values[random.Next(1, 3)]))])),
        (random, state, input) => Found(state, [.. input.Accesses]));

    /// <summary>What a transaction reads in a state and in what it wrote before.</summary>
    private static ValueList<string?> Found(KvState state, RegisterAccess[] accesses) =>
        new([.. accesses.Select((access, i) => access.IsWrite ? null
            : accesses[..i].LastOrDefault(before => before.IsWrite && before.Register == access.Register) is
                { Register: not null } write
                ? write.Value
                : state[access.Register])]);

    [Fact]
    public void Agrees_on_deletes_and_on_compare_and_sets_that_show_what_they_found() => Compare(
        new KvModel(),
        (random, i) => (random.Next(6), i % 2 == 0 ? $"{i}" : _values[random.Next(1, 4)]!) switch
        {
            (0, var value) => KvInput.Put("a", value),
            (1, var value) => KvInput.CompareAndSet("a", _values[random.Next(4)], value),
            (2, _) => KvInput.Delete("a"),
            (3, var value) when random.Next(2) == 0 => KvInput.Append("a", value),
            _ => KvInput.Get("a"),
        },
        (random, state, input) => random.Next(9) == 0 && input.Kind == KvKind.CompareAndSet
            ? KvOutput.Found(_values[random.Next(4)])
            : KvModel.Apply(state, input, out _));

    [Fact]
    public void Agrees_on_scans() => Compare(
        new KvModel(),
        (random, i) => (random.Next(7), random.Next(3) == 0 ? "b" : random.Next(3) == 0 ? "c" : "a") switch
        {
            (0 or 1, var key) => KvInput.Put(key, random.Next(2) == 0 ? $"{i}" : "0"),
            (2, var key) => KvInput.Delete(key),
            (3, var key) => KvInput.CompareAndSet(key, null, $"{i}"),
            (4 or 5, _) => KvInput.Scan(
                random.Next(2) == 0 ? "" : "b", random.Next(2) == 0 ? null : "c", random.Next(3)),
            (_, var key) => KvInput.Get(key),
        },
        (_, state, input) => KvModel.Apply(state, input, out KvState _));

    [Fact]
    public void Agrees_on_key_value_transactions() => Compare(
        new KvModel(),
        (random, i) => random.Next(5) switch
        {
            0 => KvInput.Put(Key(random), $"{random.Next(3)}"),
            1 => KvInput.Get(Key(random)),
            _ => KvInput.Transact(new KvTransaction(
                new([.. Enumerable.Range(0, random.Next(3)).Select(_ =>
                    new KvCompare(Key(random), (KvComparison)random.Next(4), _values[random.Next(4)]))]),
                Branch(random, i),
                Branch(random, i))),
        },
        (_, state, input) => KvModel.Apply(state, input, out KvState _));

    [Fact]
    public void Agrees_on_more_keys_than_footprints_tell_apart()
    {
        var names = Enumerable.Range(0, Footprint.KeysMax).Select(i => KvInput.Get($"0{i}"));
        var never = new KvCompare("a", KvComparison.Equal, "never");
        var all = KvInput.Transact(new KvTransaction(new(never), new([.. names]), new()));
        var both = KvInput.Transact(new KvTransaction(new(), new(KvInput.Get("a"), KvInput.Get("b")), new()));
        Compare(
            new KvModel(),
            (random, i) => i == 0 ? all : random.Next(3) == 0 ? both : KvInput.Put(Key(random), $"{random.Next(2)}"),
            (_, state, input) => KvModel.Apply(state, input, out KvState _));
    }

    [Fact]
    public void Keeps_what_was_merged_while_an_operation_returned()
    {
        var notOne = new KvCompare("b", KvComparison.NotEqual, "1");
        var first = new KvTransaction(
            new(notOne, new KvCompare("a", KvComparison.NotEqual, "2")),
            new(KvInput.Scan("", null), KvInput.Put("a", "0")),
            new());
        var second = new KvTransaction(new(notOne), new(KvInput.Scan("", null), KvInput.Delete("b")), new());
        var model = new KvModel();
        EverySearch(
            model,
            [
                Done(0, KvInput.Transact(first), model.Initial, 0, 8),
                Done(2, KvInput.Transact(second), model.Initial.With("a", "2"), 0, 5),
                Done(4, KvInput.Put("a", "0"), model.Initial, 4, 12),
                Done(1, KvInput.Put("a", "2"), model.Initial, 0, 5),
            ],
            Verdict.Linearizable);

        static Operation<KvInput, KvOutput> Done(int client, KvInput input, KvState state, long call, long @return) =>
            new(client, input, KvModel.Apply(state, input, out _), call, @return);
    }

    private static string Key(Random random) => random.Next(3) == 0 ? "b" : "a";

    private static ValueList<KvInput> Branch(Random random, int i) =>
        new([.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(8) switch
        {
            0 => KvInput.Put(Key(random), $"{i}"),
            1 => KvInput.Put(Key(random), "0"),
            2 => KvInput.Append(Key(random), "0"),
            3 => KvInput.Delete(Key(random)),
            4 => KvInput.CompareAndSet(Key(random), _values[random.Next(3)], "1"),
            5 => KvInput.Scan(random.Next(2) == 0 ? "" : "b", null, random.Next(2)),
            _ => KvInput.Get(Key(random)),
        })]);

    private static KvOutput KvAnswer(Random random, KvState state, KvInput input)
    {
        var actual = KvModel.Apply(state, input, out KvState _);
        return input.Kind == KvKind.CompareAndSet && !actual.Succeeded ? KvOutput.Mismatch : actual;
    }

    private static void Compare<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        Func<Random, int, TInput> input,
        Func<Random, TState, TInput, TOutput> answer)
        where TInput : notnull =>
        Cases.ForAll(random => RandomHistory.Of(random, model, input, answer), history =>
        {
            var expected = BruteForce.IsLinearizable(model, history) ? Verdict.Linearizable : Verdict.Illegal;
            Assert.Equal(expected, Checker.Check(model, history).Verdict);
            var order = Checker.Linearize(model, history);
            Assert.Equal(expected == Verdict.Linearizable, order is not null);
            if (order is not null)
                Assert.Null(Verifier.CheckOrder(model, history, order));
            EverySearch(model, history, expected);
            Explains(model, history, expected);
        });

    /// <summary>An illegal history has a core that is one, and that needs every operation.</summary>
    private static void Explains<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Verdict expected)
        where TInput : notnull
    {
        var explanation = Checker.Explain(model, history);
        Assert.Equal(expected == Verdict.Illegal, explanation is not null);
        if (explanation is null || history.Length > CoreOf)
            return;
        var isWithin = explanation.From is not null;
        Assert.True(explanation.IsMinimal);
        Assert.True(Cores.IsCore(model, history, explanation.Core.ToHashSet(), isWithin));
        Assert.NotEqual(false, Verifier.CheckCore(
            model, history, explanation.Core, VerifierSteps, explanation.From));
        foreach (var spared in explanation.Core)
        {
            int[] rest = [.. explanation.Core.Where(index => index != spared)];
            Assert.False(Cores.IsCore(model, history, rest.ToHashSet(), isWithin));
            if (rest.Length > 0 && !isWithin)
                Assert.NotEqual(true, Verifier.CheckCore(model, history, rest, VerifierSteps));
        }

        CountsRight(model, history);

        // The verifier and the finder of cores leave out what is of no use to a core.
        int[] half = [.. Enumerable.Range(0, (history.Length + 1) / 2)];
        var isCore = Cores.IsCore(model, history, half.ToHashSet(), isWithin: false);
        Assert.NotEqual(!isCore, Verifier.CheckCore(model, history, half, VerifierSteps));
        if (model is not IAccessModel<TInput, TOutput> accesses)
            return;
        var suppliers = accesses.FindSuppliers(history, one => model.IsReadOnly(one.Input, one.Outcome));
        var helped = Relaxation.Outside(history, half, suppliers.Of(half));
        Assert.Equal(isCore, !BruteForce.IsLinearizable(model, helped));
    }

    /// <summary>Operations that are more than can be are a core, and none of them is too many.</summary>
    private static void CountsRight<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history)
        where TInput : notnull
    {
        foreach (var operations in Parts.Split(model, history))
        {
            var part = Part.Create(history, operations);
            var ordered = Array.ConvertAll(part.Source, index => history[index]);
            if (FewStates<TState, TInput, TOutput>.Find(model, ordered) is not { } states
                || new CountedCore<TState, TInput, TOutput>(states, part).Find(part.Events.Length) is not { } counted)
                continue;
            Assert.True(Cores.IsCore(model, ordered, counted.Core.ToHashSet(), counted.IsWithin));
            foreach (var spared in counted.Core)
            {
                var rest = counted.Core.Where(operation => operation != spared).ToHashSet();
                Assert.False(Cores.IsCore(model, ordered, rest, counted.IsWithin));
            }
        }
    }

    // The checker asks the searches only about what the values do not tell, and the sweep only when the other is slow.
    private static void EverySearch<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] history, Verdict expected)
        where TInput : notnull
    {
        var depthFirst = new List<IEnumerable<int>>();
        var swept = new List<IEnumerable<int>>();
        foreach (var operations in Parts.Split(model, history))
        {
            var part = Part.Create(history, operations);
            var space = new StateSpace<TState, TInput, TOutput>(model, history, part);
            var search = new DepthFirstSearch(part, space, new BudgetMeter(Budget.Unlimited));
            if (search.Run(long.MaxValue) == Verdict.Linearizable)
                depthFirst.Add(search.Order().Select(operation => part.Source[operation]));
            var sweep = new Trail(part, space, new BudgetMeter(Budget.Unlimited), mayRepeat: false);
            if (Run(sweep, Width.All) == Verdict.Linearizable)
            {
                swept.Add(SweepOrder.Of(part, space, sweep.Sweep.Paths.First())
                    .Select(operation => part.Source[operation]));
            }

            var isLegal = sweep.Explained == part.Events.Length;
            NarrowSweeps(part, space, isLegal ? Verdict.Linearizable : Verdict.Illegal);
        }

        var parts = Parts.Split(model, history).Count;
        foreach (var orders in new[] { depthFirst, swept })
        {
            Assert.Equal(expected == Verdict.Linearizable, orders.Count == parts);
            if (orders.Count == parts)
                Assert.Null(Verifier.CheckOrder(model, history, Merging.Merge(history, orders)));
        }
    }

    private static Verdict Run(Trail trail, Width width) => trail.Run(int.MaxValue, width, long.MaxValue);

    /// <summary>What a narrow sweep finds is right, and one that goes back and gets wider ends.</summary>
    private static void NarrowSweeps(Part part, StateSpace space, Verdict expected)
    {
        for (var width = 1; width <= 2; width++)
        {
            var meter = new BudgetMeter(Budget.Unlimited);
            var dropping = new Trail(part, space, meter, mayRepeat: false);
            if (Run(dropping, new Width(width, Merges: false)) == Verdict.Linearizable)
                Assert.Equal(Verdict.Linearizable, expected);
            var merging = new Trail(part, space, meter, mayRepeat: true);
            if (Run(merging, new Width(width, Merges: true)) == Verdict.Illegal)
                Assert.Equal(Verdict.Illegal, expected);
        }

        var unlimited = new BudgetMeter(Budget.Unlimited);
        var search = new DroppingSweep(part, space, unlimited);
        Assert.Equal(expected, search.Run(long.MaxValue));
        if (new MergingSweep(part, space, unlimited).Run(10_000, search.StuckAt) == Verdict.Illegal)
            Assert.Equal(Verdict.Illegal, expected);
    }
}
