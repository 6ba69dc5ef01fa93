using RaftKv.Linearizability.Models;
using RaftKv.Linearizability.Search;
using RaftKv.Linearizability.Tightening;
using Xunit;

namespace RaftKv.Linearizability.Tests;

public sealed class TighteningTests
{
    private static readonly KvModel _model = new();

    [Fact]
    public void What_scans_of_many_keys_tell_is_within_the_budget_of_memory()
    {
        const int Keys = 300;
        var history = new List<Operation<KvInput, KvOutput>>();
        for (var i = 0; i < Keys; i++)
            history.Add(new(i, KvInput.Put($"{i}", "x"), 0));
        for (var i = 0; i < Keys; i++)
            history.Add(new(0, KvInput.Scan("", null), KvOutput.Scanned(), i, i));
        Assert.NotNull(Tighten(history, Budget.Unlimited, out var needed));
        Assert.InRange(needed, Keys * Keys, long.MaxValue);

        const int Allowed = 1 << 20;
        Assert.Null(Tighten(history, new Budget { MemoryBytes = Allowed }, out var taken));
        Assert.InRange(taken, 1, Allowed);
    }

    [Fact]
    public void Long_values_are_taken_apart_within_the_budget_of_time()
    {
        var history = new List<Operation<KvInput, KvOutput>>();
        var value = "";
        for (var i = 0; i < 200; i++)
        {
            history.Add(new(0, KvInput.Append("a", $"{i},"), KvOutput.Done, 2 * i, 2 * i));
            value += $"{i},";
            history.Add(new(0, KvInput.Get("a"), KvOutput.Read(value), (2 * i) + 1, (2 * i) + 1));
        }

        Assert.NotNull(Tighten(history, Budget.Unlimited, out _));
        var budget = new Budget { Time = TimeSpan.FromSeconds(100), Clock = new CheckerTests.SecondsPerLook() };
        Assert.Null(Tighten(history, budget, out _));
    }

    [Fact]
    public void Many_that_may_have_seen_one_value_do_not_take_the_square_of_their_number()
    {
        const int Swaps = 4_000;
        var history = new List<Operation<KvInput, KvOutput>>();
        for (var i = 0; i < Swaps; i++)
            history.Add(new(i, KvInput.CompareAndSet("a", "0", "0"), 0));
        history.Add(new(Swaps, KvInput.Put("a", "0"), KvOutput.Done, 0, 1));
        history.Add(new(Swaps, KvInput.Get("a"), KvOutput.Read("0"), 2, 3));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(Tighten(history, Budget.Unlimited, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (long)Swaps * Swaps);
    }

    [Fact]
    public void A_scan_in_a_transaction_need_not_show_the_values_that_it_found()
    {
        var scan = KvInput.Transact(new KvTransaction(new(), new(KvInput.Scan("", null)), new()));
        var answer = KvOutput.Transacted(
            true, new KvItem("", KvOutput.Scanned(new KvItem("a", KvOutput.Done))));
        Operation<KvInput, KvOutput>[] history =
            [new(1, KvInput.Put("a", "1"), KvOutput.Done, 0, 1), new(1, scan, answer, 2, 3)];
        Assert.Equal(Verdict.Linearizable, Checker.Check(_model, history).Verdict);
    }

    [Fact]
    public void What_a_transaction_saw_before_it_wrote_is_kept()
    {
        var swap = KvInput.CompareAndSet("a", "1", "2");
        var transaction = KvInput.Transact(new KvTransaction(new(), new(swap, KvInput.Put("a", "3")), new()));
        var answer = KvOutput.Transacted(true, new KvItem("a", KvOutput.Done), new KvItem("a", KvOutput.Done));
        Operation<KvInput, KvOutput>[] history =
            [new(1, KvInput.Put("a", "1"), 0), new(2, transaction, answer, 1, 2)];
        Assert.Equal(Verdict.Linearizable, Checker.Check(_model, history).Verdict);
    }

    private static Tightened? Tighten(
        List<Operation<KvInput, KvOutput>> history, Budget budget, out long peakMemoryBytes)
    {
        Operation<KvInput, KvOutput>[] operations = [.. history];
        var meter = new BudgetMeter(budget);
        var (verdict, tightened, _) = ((IAccessModel<KvInput, KvOutput>)_model).Tighten(
            operations, Part.Create(operations, [.. Enumerable.Range(0, operations.Length)]), meter);
        Assert.Equal(Verdict.Unknown, verdict);
        peakMemoryBytes = meter.PeakMemoryBytes;
        return tightened;
    }
}
