using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

/// <summary>Delete, CompareAndSwap, Scan and Transaction, and the revision that every reply carries.</summary>
public sealed class OperationTests
{
    private static readonly KvLimits _limits = new() { MaxScanItems = 3, MaxScanBytes = 8, MaxValueBytes = 20 };

    private readonly KvRig _rig = new(new KvOptions { Limits = _limits });
    private ulong _request;

    public static TheoryData<KvStoreKind> Kinds => [.. Enum.GetValues<KvStoreKind>()];

    [Fact]
    public void A_write_counts_once_and_what_changes_nothing_does_not_count()
    {
        Assert.Equal("Ok 0", Ask(KvRequest.Get("k")));
        Assert.Equal("Ok 1", Ask(KvRequest.Put("k", Bytes("v"))));
        Assert.Equal("Ok 2", Ask(KvRequest.Put("k", Bytes("v"))));
        Assert.Equal("Ok 2 'v'", Ask(KvRequest.Get("k")));
        Assert.Equal("Ok 3", Ask(KvRequest.Append("k", default)));
        Assert.Equal("Ok 3", Ask(KvRequest.Delete("absent")));
        Assert.Equal("Ok 4 yes", Ask(KvRequest.Delete("k")));
        Assert.Equal("Ok 4", Ask(KvRequest.Delete("k")));
        Assert.Equal("Rejected 4", Ask(KvRequest.Transact(new(
            [], [KvRequest.Put("k", Bytes("v")), KvRequest.Append("k", new byte[20])], []))));
        Assert.Equal(0, _rig.Machine.KeyCount);
    }

    [Fact]
    public void A_retry_gets_the_revision_of_the_first_time()
    {
        Ask(KvRequest.Put("k", Bytes("1")));
        Ask(KvRequest.Put("k", Bytes("2")));

        _request = 0;

        Assert.Equal("Ok 1", Ask(KvRequest.Put("k", Bytes("1"))));
        Assert.Equal("2", _rig.Value("k"));
    }

    [Fact]
    public void A_swap_sets_the_expected_value_and_otherwise_returns_the_present_one()
    {
        Assert.Equal("Ok 0", Ask(KvRequest.CompareAndSwap("k", Bytes(""), Bytes("x"))));
        Assert.Equal("Ok 1 yes", Ask(KvRequest.CompareAndSwap("k", null, Bytes("a"))));
        Assert.Equal("Ok 1 'a'", Ask(KvRequest.CompareAndSwap("k", null, Bytes("b"))));
        Assert.Equal("Ok 1 'a'", Ask(KvRequest.CompareAndSwap("k", Bytes("b"), Bytes("b"))));
        Assert.Equal("Ok 2 yes", Ask(KvRequest.CompareAndSwap("k", Bytes("a"), Bytes("b"))));
        Assert.Equal("Ok 2 'b'", Ask(KvRequest.Get("k")));
    }

    [Fact]
    public void A_remembered_swap_keeps_the_value_that_it_found()
    {
        Ask(KvRequest.Put("k", Bytes("old")));
        Assert.Equal("Ok 1 'old'", Ask(KvRequest.CompareAndSwap("k", null, Bytes("x"))));
        Ask(KvRequest.Append("k", Bytes("er")));
        Ask(KvRequest.Delete("k"));

        _request = 1;

        Assert.Equal("Ok 1 'old'", Ask(KvRequest.CompareAndSwap("k", null, Bytes("x"))));
        Assert.Null(_rig.Value("k"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_scan_goes_through_its_range_page_by_page(KvStoreKind kind)
    {
        var rig = new KvRig(new KvOptions { Store = kind, Limits = _limits });
        ulong request = 0;
        foreach (var key in (string[])["b5", "a1", "b1", "b3", "c1", "b2", "b4"])
            rig.Apply(Put(key, "v", request: ++request));
        rig.Apply(Of(KvRequest.Delete("b3"), number: 8));

        Assert.Equal("Ok 8 [a1=v b1=v next b2]", Scan(new()));
        Assert.Equal("Ok 8 [b1=v b2=v next b4]", Scan(new() { Prefix = "b" }));
        Assert.Equal("Ok 8 [b4=v b5=v]", Scan(new() { Prefix = "b", From = "b4" }));
        Assert.Equal("Ok 8 [b2=v next b4]", Scan(new() { From = "b2", To = "b5", Limit = 1 }));
        Assert.Equal("Ok 8 [b4=v]", Scan(new() { From = "b4", To = "b5" }));
        Assert.Equal("Ok 8 []", Scan(new() { From = "d" }));
        Assert.Equal("Ok 8 []", Scan(new() { From = "b", To = "a" }));
        Assert.Equal("Ok 8 []", Scan(new() { Prefix = "b", From = "c" }));
        rig.Apply(Put("large", new string('x', 20), request: 9));
        Assert.Equal($"Ok 9 [large={new string('x', 20)}]", Scan(new() { Prefix = "l" }));

        string Scan(KvScan range) => KvResults.Describe(rig.Machine.Query(KvRequest.Scan(range)));
    }

    [Fact]
    public void Pages_put_together_are_the_whole_range()
    {
        for (var i = 0; i < 30; i++) Ask(KvRequest.Put($"k{i * 7 % 30:d2}", Bytes("v")));
        var keys = new List<string>();
        for (var range = new KvScan { Prefix = "k" }; ;)
        {
            var page = _rig.Machine.Query(KvRequest.Scan(range)).Page!;
            keys.AddRange(page.Items.Select(item => item.Key));
            if (page.Next is null) break;
            range = range with { From = page.Next };
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"k{i:d2}"), keys);
    }

    [Fact]
    public void A_transaction_takes_one_of_two_ways_and_its_operations_see_each_other()
    {
        var transaction = KvRequest.Transact(new(
            [new("a", null), new("b", Bytes("2"))],
            [KvRequest.Put("a", Bytes("1")), KvRequest.Append("a", Bytes("!")), KvRequest.Get("a"),
                KvRequest.Delete("b"), KvRequest.Delete("b"), KvRequest.Get("b")],
            [KvRequest.Get("a"), KvRequest.Put("b", Bytes("2"))]));

        Assert.Equal("Ok 1 (Ok 1, Ok 1)", Ask(transaction));
        Assert.Equal("Ok 2 yes (Ok 2, Ok 2, Ok 2 '1!', Ok 2 yes, Ok 2, Ok 2)", Ask(transaction));
        Assert.Equal("Ok 3 (Ok 3 '1!', Ok 3)", Ask(transaction));
    }

    [Fact]
    public void An_empty_transaction_is_a_read_that_always_holds() =>
        Assert.Equal("Ok 0 yes ()", KvResults.Describe(_rig.Machine.Query(KvRequest.Transact(new([], [], [])))));

    [Fact]
    public void A_query_that_would_write_is_rejected()
    {
        Assert.Equal("Put is no read", _rig.Machine.Query(KvRequest.Put("k", Bytes("v"))).Detail);
        Assert.Equal("the key is empty", _rig.Machine.Query(KvRequest.Get("")).Detail);
        Assert.Equal(0, _rig.Machine.Revision);
    }

    private string Ask(KvRequest request) =>
        KvResults.Describe(_rig.Apply(Of(request, number: ++_request)));
}
