using FsCheck.Xunit;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261124,7")]
public sealed class LimitsTests
{
    private static readonly KvLimits _small =
        new()
        {
            MaxKeyBytes = 4,
            MaxValueBytes = 5,
            MaxPendingPerSession = 3,
            MaxTransactionOperations = 3,
            MaxTransactionBytes = 12,
        };

    public static TheoryData<KvCommand, string?> Cases => new()
    {
        { Put("ääaa", "12345"), "the key has 6 bytes; the limit is 4" },
        { Put("ää", "12345"), null },
        { Put("ää", "123456"), "the value would have 6 bytes; the limit is 5" },
        { Get(""), "the key is empty" },
        { Get("\uD800"), "the key is not well-formed Unicode" },
        { Of(new KvRequest(0, "k")), "operation 0 is unknown" },
        { Of(new KvRequest(KvOperation.Get, "k", "v"u8.ToArray())), "a Get carries a value" },
        { Of(new KvRequest(KvOperation.Delete, "k", "v"u8.ToArray())), "a Delete carries a value" },
        { Of(KvRequest.CompareAndSwap("k", Bytes("123456"), default)), TooLong },
        { Of(KvRequest.CompareAndSwap("k", null, Bytes("123456"))), TooLong },
        { Of(KvRequest.CompareAndSwap("", null, default)), "the key is empty" },
        { Of(new KvRequest(KvOperation.Scan, "")), "a Scan has no range" },
        { Of(KvRequest.Scan(new() { Limit = -1 })), "the limit of a Scan is -1" },
        { Of(KvRequest.Scan(new() { Prefix = "kkkkk" })), "the prefix has 5 bytes; the limit is 4" },
        { Of(KvRequest.Scan(new() { From = "\uD800" })), "the beginning is not well-formed Unicode" },
        { Of(KvRequest.Scan(new() { To = "kkkkk" })), "the end has 5 bytes; the limit is 4" },
        { Of(new KvRequest(KvOperation.Transaction, "")), "a Transaction has no operations" },
        { Then(KvRequest.Get("k"), KvRequest.Get("k"), KvRequest.Get("k")), null },
        {
            Then(KvRequest.Get("k"), KvRequest.Get("k"), KvRequest.Get("k"), KvRequest.Get("k")),
            "the transaction has 4 compares and operations; the limit is 3"
        },
        { Then(KvRequest.Put("k", Bytes("12345")), KvRequest.Put("k", Bytes("12345"))), null },
        {
            Then(KvRequest.Put("kk", Bytes("12345")), KvRequest.Put("k", Bytes("12345"))),
            "the transaction has 13 bytes; the limit is 12"
        },
        { Then(KvRequest.Scan(new())), "a Scan is part of a transaction" },
        { Then(KvRequest.CompareAndSwap("k", null, default)), "a CompareAndSwap is part of a transaction" },
        { Then(KvRequest.Put("k", Bytes("123456"))), TooLong },
        { Then(KvRequest.Delete("")), "the key is empty" },
        { If(new KvCompare("", null)), "the key is empty" },
        { If(new KvCompare("k", Bytes("123456"))), TooLong },
        { Get("k", request: 0, first: 0), "the first unacknowledged request 0 is not between 1 and the request 0" },
        { Get("k", request: 2, first: 3), "the first unacknowledged request 3 is not between 1 and the request 2" },
        { Get("k", request: 3), null },
        { Get("k", request: 4), "request 4 is 3 ahead of the first unacknowledged one; the limit is 2" },
    };

    private const string TooLong = "the value would have 6 bytes; the limit is 5";

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_command_beyond_a_limit_is_found_before_it_is_proposed(KvCommand command, string? problem) =>
        Assert.Equal(problem, _small.Problem(command));

    [Fact]
    public void Messages_show_how_a_long_key_begins()
    {
        var key = new string('k', 59) + "😀" + new string('k', 100);
        var shown = $"'{new string('k', 59)}…' (161 characters)";
        Assert.Equal($"Get of {shown}", $"{KvRequest.Get(key)}");
        Assert.Equal($"Scan of '*' from {shown}", $"{KvRequest.Scan(new KvScan { From = key })}");
        Assert.Equal(
            $"Transaction if ({shown}) then (Get of {shown}) else ()",
            $"{KvRequest.Transact(new([new KvCompare(key, null)], [KvRequest.Get(key)], []))}");
        Assert.Equal($"Get of '{key[..59]}'", $"{KvRequest.Get(key[..59])}");
    }

    [Property(MaxTest = 300)]
    public void What_comes_of_a_command_depends_on_the_limits_that_it_carries_and_not_on_the_replicas(
        KvCommand[] commands)
    {
        var tight = _small with
        {
            MaxScanItems = 1,
            MaxScanBytes = 1,
            MaxTransactionBytes = 1,
            MaxSessions = 1,
            SessionTimeout = TimeSpan.FromMilliseconds(1),
        };
        var rig = new KvRig(new KvOptions());
        var replica = new KvStateMachine(new KvOptions { Store = KvStoreKind.SkipList, Limits = tight });
        for (var client = 1; client <= 4; client++)
            replica.Apply(new(client), Open((ulong)client));

        foreach (var command in commands)
            rig.Apply(command, replica);

        Assert.Equal(rig.Machine.StateHash, replica.StateHash);
        Assert.Equal(rig.Machine.SessionCount, replica.SessionCount);
    }

    [Fact]
    public void An_append_that_would_make_the_value_too_long_is_rejected_and_the_value_stays()
    {
        var rig = new KvRig(new KvOptions { Limits = _small });
        rig.Apply(Put("k", "1234", request: 1));

        Assert.Equal(
            KvResult.Rejected(TooLong) with { Revision = 1 },
            rig.Apply(Append("k", "56", request: 2)));
        Assert.Equal(KvStatus.Ok, rig.Apply(Append("k", "5", request: 3)).Status);
        Assert.Equal("12345", rig.Value("k"));
    }

    [Fact]
    public void A_transaction_that_would_read_too_much_is_rejected_and_changes_nothing()
    {
        var rig = new KvRig(new KvOptions { Limits = _small });
        rig.Apply(Put("k", "12345"));
        var reads = Enumerable.Repeat(KvRequest.Get("k"), 2);

        var result = rig.Apply(Of(KvRequest.Transact(new([], [.. reads, KvRequest.Delete("k")], [])), number: 2));
        Assert.Equal(KvStatus.Ok, result.Status);
        rig.Apply(Put("k", "12345", request: 3, first: 3));
        result = rig.Apply(Of(KvRequest.Transact(new([], [.. reads, KvRequest.Get("k")], [])), number: 4, first: 4));

        Assert.Equal("the transaction would read 15 bytes; the limit is 12", result.Detail);
        Assert.Equal(3, rig.Machine.Revision);
    }

    [Fact]
    public void Sessions_live_by_the_time_out_that_they_were_opened_with()
    {
        var machine = new KvStateMachine(new KvOptions());
        var index = 0L;
        var longLived = OpenFor(2_000);
        var shortLived = OpenFor(500);

        Assert.Equal(KvStatus.Expired, KeepAlive(shortLived, timeMs: 501));
        Assert.Equal(1, machine.SessionCount);
        Assert.Equal(KvStatus.Ok, KeepAlive(longLived, timeMs: 2_000));
        // For a server that has room for one only, the long-lived one gives way after half of its own time.
        Assert.Equal(KvStatus.Busy, Opened(500, timeMs: 3_000, sessions: 1).Status);
        Assert.Equal(KvStatus.Ok, Opened(500, timeMs: 3_001, sessions: 1).Status);
        Assert.Equal(KvStatus.Expired, KeepAlive(longLived, timeMs: 3_001));

        ClientId OpenFor(int timeoutMs) => Opened(timeoutMs, timeMs: 0, sessions: 2).Session!.Client;

        KvResult Opened(int timeoutMs, long timeMs, int sessions) => machine.Apply(new(++index), Open(1, timeMs) with
        {
            Limits = new() { MaxSessions = sessions, SessionTimeout = TimeSpan.FromMilliseconds(timeoutMs) },
        });

        KvStatus KeepAlive(ClientId client, long timeMs) => machine.Apply(
            new(++index), Of(KvRequest.KeepAlive) with { ClientId = client, TimeMs = timeMs }).Status;
    }

    [Fact]
    public void An_option_out_of_range_is_refused_by_name()
    {
        Assert.Equal("MaxKeyBytes", Refused(new() { Limits = new() { MaxKeyBytes = 0 } }));
        Assert.Equal("MaxValueBytes", Refused(new() { Limits = new() { MaxValueBytes = -1 } }));
        Assert.Equal("MaxSessions", Refused(new() { Limits = new() { MaxSessions = 0 } }));
        Assert.Equal("SessionTimeout", Refused(new() { Limits = new() { SessionTimeout = TimeSpan.Zero } }));
        Assert.Equal("MaxPendingPerSession", Refused(new() { Limits = new() { MaxPendingPerSession = 0 } }));
        Assert.Equal("Store", Refused(new() { Store = (KvStoreKind)9 }));

        Assert.Equal("MaxScanItems", Refused(new() { Limits = new() { MaxScanItems = 0 } }));
        Assert.Equal("MaxScanBytes", Refused(new() { Limits = new() { MaxScanBytes = 0 } }));
        Assert.Equal(
            "MaxTransactionOperations", Refused(new() { Limits = new() { MaxTransactionOperations = 0 } }));
        Assert.Equal("MaxTransactionBytes", Refused(new() { Limits = new() { MaxTransactionBytes = 0 } }));

        static string? Refused(KvOptions options) =>
            Assert.Throws<ArgumentException>(() => new KvStateMachine(options)).ParamName;
    }

    private static KvCommand Then(params KvRequest[] operations) => Of(KvRequest.Transact(new([], operations, [])));

    private static KvCommand If(KvCompare compare) => Of(KvRequest.Transact(new([compare], [], [])));
}
