using RaftKv.Linearizability.Explanations;
using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.Tests.Oracle;
using Xunit;

namespace RaftKv.Linearizability.Tests;

public sealed class ExplanationTests
{
    private static readonly KvModel _model = new();

    [Fact]
    public void A_stale_read_has_a_core_of_three_and_a_sentence()
    {
        var history = new List<Operation<KvInput, KvOutput>>();
        for (var i = 0; i < 200; i++)
        {
            history.Add(new(i % 3, KvInput.Put("x", $"{i}"), KvOutput.Done, 10 * i, (10 * i) + 15));
            history.Add(new(7, KvInput.Get("y"), KvOutput.Read(null), 10 * i, (10 * i) + 5));
        }

        history.Add(new(8, KvInput.Get("x"), KvOutput.Read("100"), 3_000, 4_102));
        var explanation = Checker.Explain(_model, history)!;
        Assert.Equal(3, explanation.Core.Count);
        Assert.Equal([200, 400], [explanation.Core[0], explanation.Core[2]]);
        Assert.Matches(
            "^client 8 read \"100\" from x between 3,000 and 4,102, "
            + "although client [0-2] put x = \"1[0-9]+\" after that and had its answer at [12],[0-9]+$",
            explanation.Sentence);
    }

    [Fact]
    public void A_value_from_nowhere_is_a_core_of_its_own()
    {
        var explanation = Checker.Explain(_model, [
            new(1, KvInput.Put("x", "1"), KvOutput.Done, 0, 5),
            new(2, KvInput.Get("x"), KvOutput.Read("2"), 1, 4),
        ])!;
        Assert.Equal([1], explanation.Core);
        Assert.Equal(
            "client 2 read \"2\" from x between 1 and 4, which nothing in the history makes possible",
            explanation.Sentence);
    }

    [Fact]
    public void A_lost_write_is_named()
    {
        var explanation = Checker.Explain(_model, [
            new(1, KvInput.Put("x", "1"), KvOutput.Done, 0, 5),
            new(2, KvInput.Get("x"), KvOutput.Read(null), 6, 7),
        ])!;
        Assert.Equal(
            "client 2 read nothing from x between 6 and 7, although client 1 put x = \"1\" after that "
            + "and had its answer at 5",
            explanation.Sentence);
    }

    [Fact]
    public void A_mutex_taken_twice_has_a_core_of_two_whatever_was_before()
    {
        var history = new List<Operation<MutexInput, bool>>();
        for (var i = 0; i < 400; i++)
            history.Add(new(i % 3, (MutexInput)(i % 2), output: true, 10 * i, (10 * i) + 12));
        history.Add(new(4, MutexInput.Acquire, output: true, 4100, 4110));
        history.Add(new(5, MutexInput.Acquire, output: true, 4120, 4130));
        var explanation = Checker.Explain(new MutexModel(), history)!;
        Assert.Equal([400, 401], explanation.Core);
        Assert.Equal(4100, explanation.From);
        Assert.True(Verifier.CheckCore(new MutexModel(), history, explanation.Core, from: explanation.From));
        Assert.Equal(
            "these 2 operations cannot all be, whatever was there at 4,100 and whatever the others did then: "
            + "client 4 did acquire between 4,100 and 4,110; client 5 did acquire between 4,120 and 4,130",
            explanation.Sentence);
    }

    [Fact]
    public void A_trial_of_a_core_agrees_with_brute_force_on_keys() => AgreesOnCores(
        _model,
        random => RandomHistory.Of(
            random,
            _model,
            (_, _) => random.Next(3) switch
            {
                0 => KvInput.Put("a", $"{random.Next(3)}"),
                1 => KvInput.CompareAndSet("a", $"{random.Next(3)}", $"{random.Next(3)}"),
                _ => KvInput.Get("a"),
            },
            (_, state, input) => KvModel.Apply(state, input, out KvState _)));

    [Fact]
    public void A_trial_of_a_core_agrees_with_brute_force_on_mutexes() => AgreesOnCores(
        new MutexModel(),
        random => RandomHistory.Of(
            random,
            new MutexModel(),
            (_, _) => (MutexInput)random.Next(2),
            (_, state, input) => random.Next(5) == 0 || state == (input == MutexInput.Release)));

    /// <summary>Every operation of the core is needed: a search would have to leave out each alone to tell.</summary>
    [Fact]
    public void A_mutex_that_was_acquired_too_often_is_explained_by_counting()
    {
        const int Times = 40;
        var releases = Enumerable.Range(0, Times - 2)
            .Select(i => new Operation<MutexInput, bool>(i, MutexInput.Release, true, i, 1_000 + i));
        var acquires = Enumerable.Range(0, Times)
            .Select(i => 100 + (10 * i))
            .Select(call => new Operation<MutexInput, bool>(call, MutexInput.Acquire, true, call, call + 19));
        Operation<MutexInput, bool>[] history = [.. releases, .. acquires, new(0, MutexInput.Acquire, 7)];
        var explanation = Checker.Explain(new MutexModel(), history)!;
        Assert.True(explanation.IsMinimal);
        Assert.Equal(Enumerable.Range(Times - 2, Times), explanation.Core);
        Assert.Equal(
            "40 times between 100 and 509 a client did acquire, but only 38 others can come between them then, "
                + "whatever was there at first",
            explanation.Sentence);
        Assert.True(Verifier.CheckCore(new MutexModel(), history, explanation.Core, from: explanation.From));
        Assert.False(Verifier.CheckCore(new MutexModel(), history, [.. explanation.Core.Skip(1)]));
    }

    [Fact]
    public void Operations_that_others_help_by_way_of_a_third_value_are_not_counted()
    {
        Operation<RegisterInput<int>, RegisterOutput<int>>[] history =
            [Swap(0, 1), Swap(0, 1), Swap(0, 1), Swap(1, 2), Swap(1, 2), Swap(2, 0), Swap(2, 0)];
        var model = new RegisterModel<int>();
        Assert.Equal(Verdict.Linearizable, Checker.Check(model, history).Verdict);
        var part = Part.Create(history, [.. Enumerable.Range(0, history.Length)]);
        var states = FewStates<int, RegisterInput<int>, RegisterOutput<int>>.Find(
            model, Array.ConvertAll(part.Source, index => history[index]))!;
        Assert.Null(new CountedCore<int, RegisterInput<int>, RegisterOutput<int>>(states, part)
            .Find(part.Events.Length));

        static Operation<RegisterInput<int>, RegisterOutput<int>> Swap(int expected, int value) => new(
            0, new(RegisterKind.CompareAndSet, value, expected), new RegisterOutput<int>(0, true), 0, 100);
    }

    [Fact]
    public void What_names_an_operation_twice_or_none_or_one_that_is_not_there_is_no_core()
    {
        Operation<MutexInput, bool>[] history =
            [new(1, MutexInput.Acquire, true, 0, 1), new(1, MutexInput.Release, true, 2, 3)];
        foreach (var core in new int[][] { [0, 0], [], [2], [-1] })
            Assert.False(Verifier.CheckCore(new MutexModel(), history, core, from: 0));
    }

    /// <summary>A value that grew from nothing needs a delete as one that grew from another needs a put.</summary>
    [Fact]
    public void A_core_of_a_value_that_grew_from_nothing_holds_whenever_the_key_was_deleted()
    {
        Operation<KvInput, KvOutput>[] history =
        [
            new(1, KvInput.Append("a", "x"), KvOutput.Done, 0, 1),
            new(2, KvInput.Put("a", "r"), KvOutput.Done, 2, 3),
            new(3, KvInput.Get("a"), KvOutput.Read("x"), 4, 5),
            new(4, KvInput.Delete("a"), KvOutput.Done, 6, 7),
        ];
        Assert.False(Cores.IsCore(_model, history, new HashSet<int> { 1, 2 }, isWithin: false));
        Assert.False(Verifier.CheckCore(_model, history, [1, 2]));
        var explanation = Checker.Explain(_model, history)!;
        Assert.Equal([0, 1, 2], explanation.Core);
        Assert.True(Cores.IsCore(_model, history, explanation.Core.ToHashSet(), isWithin: false));
        Assert.True(Verifier.CheckCore(_model, history, explanation.Core));
    }

    /// <summary>The comparison with brute force tried all that the other key could grow to, and never ended.</summary>
    [Fact]
    public void A_core_within_its_own_time_has_nothing_to_do_with_a_key_that_grows()
    {
        Operation<KvInput, KvOutput>[] history =
        [
            new(1, KvInput.Append("b", "x"), KvOutput.Done, 0, 1),
            new(2, KvInput.Put("a", "0"), KvOutput.Done, 2, 3),
            new(3, KvInput.Put("a", "0"), KvOutput.Done, 4, 5),
            new(4, KvInput.Put("a", "1"), KvOutput.Done, 6, 7),
            new(5, KvInput.Get("a"), KvOutput.Read("0"), 8, 9),
        ];
        var explanation = Checker.Explain(_model, history)!;
        Assert.Equal(6, explanation.From);
        Assert.Equal([3, 4], explanation.Core);
        Assert.True(Cores.IsCore(_model, history, explanation.Core.ToHashSet(), isWithin: true));
    }

    /// <summary>What is outside of a core took effect at any time, whatever its answer says of when.</summary>
    [Fact]
    public void The_verifier_holds_nobody_outside_of_a_core_to_its_answer()
    {
        var swap = new KvTransaction(new(), new(KvInput.CompareAndSet("b", null, "1"), KvInput.Get("a")), new());
        var append = new KvTransaction(new(), new(KvInput.Append("a", "0"), KvInput.Get("b")), new());
        Operation<KvInput, KvOutput>[] history =
        [
            new(1, KvInput.Transact(swap), KvOutput.Transacted(true,
                [new("b", KvOutput.Done), new("a", KvOutput.Read(null))]), 0, 9),
            new(2, KvInput.Get("a"), KvOutput.Read("0"), 0, 6),
            new(3, KvInput.Transact(append), KvOutput.Transacted(true,
                [new("a", KvOutput.Done), new("b", KvOutput.Read(null))]), 0, 3),
        ];
        Assert.False(Cores.IsCore(_model, history, new HashSet<int> { 0, 1 }, isWithin: false));
        Assert.False(Verifier.CheckCore(_model, history, [0, 1]));
    }

    /// <summary>Nobody wrote 1, as who tried failed: then the register was not 1 before the core, either.</summary>
    [Fact]
    public void Before_a_core_there_is_no_state_that_only_a_failed_swap_would_have_made()
    {
        var model = new RegisterModel<int>();
        Operation<RegisterInput<int>, RegisterOutput<int>>[] history =
        [
            Swap(expected: 0, value: 2, succeeds: true, at: 0),
            Swap(expected: 0, value: 0, succeeds: false, at: 2),
            Swap(expected: 2, value: 1, succeeds: false, at: 4),
            new(1, new(RegisterKind.Write, 0), new RegisterOutput<int>(0, true), 6, 6),
        ];
        var explanation = Checker.Explain(model, history)!;
        Assert.Equal((2L, true), (explanation.From, explanation.IsMinimal));
        Assert.Equal([1, 2], explanation.Core);
        Assert.True(Cores.IsCore(model, history, explanation.Core.ToHashSet(), isWithin: true));
        Assert.True(Verifier.CheckCore(model, history, explanation.Core, from: explanation.From));

        static Operation<RegisterInput<int>, RegisterOutput<int>> Swap(
            int expected, int value, bool succeeds, long at) => new(
            0, new(RegisterKind.CompareAndSet, value, expected), new RegisterOutput<int>(0, succeeds), at, at);
    }

    [Fact]
    public void A_legal_history_has_no_explanation() =>
        Assert.Null(Checker.Explain(_model, [new(1, KvInput.Get("x"), KvOutput.Read(null), 0, 1)]));

    [Fact]
    public void A_core_is_illegal_by_itself_and_nothing_in_it_can_be_spared() => Cases.ForAll(
        random => RandomHistory.Of(
            random,
            _model,
            (_, i) => random.Next(4) switch
            {
                0 => KvInput.Put("a", $"{random.Next(3)}"),
                1 => KvInput.Append("a", $"{i};"),
                2 => KvInput.CompareAndSet("a", $"{random.Next(3)}", $"{random.Next(3)}"),
                _ => KvInput.Get("a"),
            },
            (_, state, input) => KvModel.Apply(state, input, out KvState _)),
        history =>
        {
            var explanation = Checker.Explain(_model, history);
            Assert.Equal(BruteForce.IsLinearizable(_model, history), explanation is null);
            if (explanation is null)
                return;
            var core = explanation.Core.ToHashSet();
            Assert.True(explanation.IsMinimal);
            Assert.True(Verifier.CheckCore(_model, history, explanation.Core, from: explanation.From));
            if (explanation.From is { } from)
                Assert.Equal(core.Min(index => history[index].Call), from);
            Assert.True(Cores.IsCore(_model, history, core, explanation.From is not null));
            foreach (var spared in core)
            {
                var rest = core.Where(index => index != spared).ToHashSet();
                Assert.False(Cores.IsCore(_model, history, rest, explanation.From is not null));
            }
        });

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    public void A_stale_read_of_a_repeated_value_is_three_operations_or_two(int writers, int expected)
    {
        var history = new List<Operation<KvInput, KvOutput>>();
        for (var i = 0; i < 40; i++)
        {
            var value = i % 10 == 0 && i < 10 * writers ? "x" : $"{i % 3}";
            history.Add(new(1, KvInput.Put("a", value), KvOutput.Done, i, i));
        }

        history.Add(new(2, KvInput.Get("a"), KvOutput.Read("x"), 50, 60));
        var explanation = Checker.Explain(_model, history)!;
        Assert.Equal(expected, explanation.Core.Count);
        Assert.Contains("although client 1 put a = \"0\"", explanation.Sentence, StringComparison.Ordinal);
        Assert.True(Verifier.CheckCore(_model, history, explanation.Core, from: explanation.From));
    }

    private static void AgreesOnCores<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, Func<Random, Operation<TInput, TOutput>[]> generate)
        where TInput : notnull => Cases.ForAll(generate, history =>
        {
            var part = Part.Create(history, [.. Enumerable.Range(0, history.Length)]);
            var operations = Array.ConvertAll(part.Source, index => history[index]);
            var states = FewStates<TState, TInput, TOutput>.Find(model, operations)!;
            var trial = new CoreTrial<TState, TInput, TOutput>(states, part);
            for (var some = 1; some < 1 << operations.Length; some += operations.Length > 4 ? 7 : 1)
            {
                int[] core = [.. Enumerable.Range(0, operations.Length).Where(i => ((some >> i) & 1) != 0)];
                Agrees(isWithin: false);
                if (Array.TrueForAll(core, i => operations[i].Outcome.IsKnown))
                    Agrees(isWithin: true);

                void Agrees(bool isWithin) => Assert.Equal(
                    Cores.IsCore(model, operations, core.ToHashSet(), isWithin), trial.IsIllegal(core, isWithin));
            }

            Assert.True(trial.IsExact);
        });
}
