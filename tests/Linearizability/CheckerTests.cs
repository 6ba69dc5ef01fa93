using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using Xunit;

namespace RaftKv.Linearizability.Tests;

public sealed class CheckerTests
{
    private readonly HistoryRecorder<KvInput, KvOutput> _history = new();

    [Fact]
    public void The_empty_history_is_linearizable() => Assert.Equal(Verdict.Linearizable, Check().Verdict);

    [Fact]
    public void A_read_of_an_overwritten_value_is_illegal()
    {
        Put(1, "old", 0, 10);
        Put(1, "new", 11, 20);
        Get(2, "old", 21, 30);
        Assert.Equal(Verdict.Illegal, Check().Verdict);
    }

    [Fact]
    public void Operations_that_touch_at_one_instant_are_concurrent()
    {
        Put(1, "old", 0, 10);
        Put(1, "new", 10, 20);
        Get(2, "old", 20, 30);
        Assert.Equal(Verdict.Linearizable, Check().Verdict);
    }

    [Fact]
    public void An_operation_of_unknown_outcome_may_take_effect_late_or_never_but_only_once()
    {
        _history.Call(1, KvInput.Put("a", "lost"), 0);
        Put(2, "kept", 5, 10);
        Get(3, "kept", 11, 12);
        Assert.Equal(Verdict.Linearizable, Check().Verdict);
        Get(3, "lost", 100, 110);
        Assert.Equal(Verdict.Linearizable, Check().Verdict);
        Put(2, "last", 111, 120);
        Get(3, "lost", 121, 130);
        Assert.Equal(Verdict.Illegal, Check().Verdict);
    }

    [Fact]
    public void A_put_of_the_value_that_is_there_can_still_bring_it_back_later()
    {
        Put(1, "x", 0, 10);
        Put(2, "x", 11, 40);
        Put(3, "y", 12, 20);
        Get(4, "x", 21, 30);
        Assert.Equal(Verdict.Linearizable, Check().Verdict);
    }

    [Fact]
    public void Keys_are_independent()
    {
        for (var i = 0; i < 30; i++)
        {
            for (var key = 0; key < 30; key++)
            {
                var put = _history.Call(key, KvInput.Put($"{key}", $"{i}"), 10 * i);
                _history.Return(put, KvOutput.Done, (10 * i) + 15);
            }
        }

        Assert.Equal(Verdict.Linearizable, Check().Verdict);
        _history.Return(_history.Call(99, KvInput.Get("7"), 1001), KvOutput.Read("never written"), 1002);
        Assert.Equal(Verdict.Illegal, Check(new Budget { Steps = 100_000 }).Verdict);
    }

    [Fact]
    public void What_is_discarded_did_not_happen_and_what_stays_open_is_of_unknown_outcome()
    {
        _history.Discard(_history.Call(1, KvInput.Put("a", "1"), 0));
        _history.Call(2, KvInput.Put("a", "2"), 0);
        var operation = Assert.Single(_history.ToHistory());
        Assert.False(operation.Outcome.IsKnown);
        Get(3, "1", 5, 6);
        Assert.Equal(Verdict.Illegal, Check().Verdict);
    }

    [Fact]
    public void An_operation_cannot_return_twice()
    {
        var operation = _history.Call(1, KvInput.Get("a"), 0);
        _history.Return(operation, KvOutput.Read(null), 1);
        Assert.Throws<InvalidOperationException>(() => _history.Return(operation, KvOutput.Read(null), 2));
        Assert.Throws<InvalidOperationException>(() => _history.Discard(operation));
    }

    [Fact]
    public void An_operation_cannot_return_before_its_call() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Operation<int, int>(1, 0, 0, call: 5, @return: 4));

    [Fact]
    public void A_budget_of_steps_gives_the_same_answer_every_time()
    {
        Crowd();
        var first = Check(new Budget { Steps = 5_000 });
        Assert.Equal(Verdict.Unknown, first.Verdict);
        Assert.Equal(first, Check(new Budget { Steps = 5_000 }));
        Assert.InRange(first.Steps, 5_000, 5_100);
    }

    [Fact]
    public void An_undecided_answer_says_how_far_all_is_well()
    {
        for (var i = 0; i < 50; i++)
        {
            Put(200, "x", (10 * i) - 1000, (10 * i) - 995);
            Get(200, "x", (10 * i) - 994, (10 * i) - 993);
        }

        Crowd();
        var result = Check(new Budget { Steps = 50_000 });
        Assert.Equal(Verdict.Unknown, result.Verdict);
        Assert.InRange(result.ProvedUntil!.Value, 0, 2000);
        var prefix = _history.ToHistory().Select(operation => operation.Return < result.ProvedUntil
            ? operation
            : new(operation.Client, operation.Input, operation.Call));
        Assert.Equal(Verdict.Linearizable, Checker.Check(new KvModel(), [.. prefix]).Verdict);
    }

    [Fact]
    public void A_budget_of_memory_is_kept()
    {
        Crowd();
        Assert.Equal(Verdict.Unknown, Check(new Budget { MemoryBytes = 1 << 16 }).Verdict);
    }

    [Fact]
    public void A_budget_of_time_asks_the_clock_that_it_is_given()
    {
        Crowd();
        var budget = new Budget { Time = TimeSpan.FromSeconds(5), Clock = new SecondsPerLook() };
        Assert.Equal(Verdict.Unknown, Check(budget).Verdict);
        Assert.Throws<ArgumentException>(() => Check(budget with { Clock = null }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    public void Once_the_time_is_up_nobody_looks_at_the_clock_for_long(int seconds)
    {
        Crowd();
        for (var i = 0; i < 200_000; i++)
            Put(300 + (i % 7), $"{i}", 5000 + i, 5001 + i);
        var clock = new SecondsPerLook();
        var budget = new Budget { Time = TimeSpan.FromSeconds(seconds), Clock = clock };
        Assert.Equal(Verdict.Unknown, Check(budget).Verdict);
        Assert.InRange(clock.GetTimestamp(), seconds, seconds + 4);
        Assert.Null(Checker.Explain(new KvModel(), _history.ToHistory(), budget with { Clock = new SecondsPerLook() }));
    }

    [Theory]
    [InlineData(1 << 16)]
    [InlineData(1 << 20)]
    [InlineData(1 << 22)]
    public void Memory_that_is_reserved_stays_within_the_budget_by_a_step(long bytes)
    {
        var history = new HistoryRecorder<string, string>();
        for (var i = 0; i < 20; i++)
            history.Return(history.Call(i, $"{i}", 0), "", 100);
        history.Return(history.Call(0, "", 200), "never written", 300);
        var meter = new BudgetMeter(new Budget { MemoryBytes = bytes });
        Assert.Equal(Verdict.Unknown, Checker.Decide(new LogModel(), [.. history.ToHistory()], meter));
        Assert.InRange(meter.PeakMemoryBytes, bytes / 4, bytes * 21 / 20);
    }

    // Many concurrent swaps, six of them to values that none starts from: every order has to be tried.
    private void Crowd()
    {
        for (var i = 0; i < 24; i++)
        {
            var cas = _history.Call(i, KvInput.CompareAndSet("a", $"{i % 5}", $"{i % 7}"), i);
            _history.Return(cas, KvOutput.Done, 1000 + i);
        }

        Put(90, "0", 0, 2000);
    }

    private void Put(int client, string value, long call, long @return) =>
        _history.Return(_history.Call(client, KvInput.Put("a", value), call), KvOutput.Done, @return);

    private void Get(int client, string? value, long call, long @return) =>
        _history.Return(_history.Call(client, KvInput.Get("a"), call), KvOutput.Read(value), @return);

    private CheckResult Check(Budget? budget = null) => Checker.Check(new KvModel(), _history.ToHistory(), budget);

    // Every order of appends leads to another state.
    private sealed class LogModel : IModel<string, string, string>
    {
        public string Initial => "";

        public bool Step(string state, string input, Outcome<string> outcome, out string next)
        {
            next = $"{state};{input}";
            return input.Length > 0 || outcome.Value == state;
        }
    }

    internal sealed class SecondsPerLook : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _looks++;
    }
}
