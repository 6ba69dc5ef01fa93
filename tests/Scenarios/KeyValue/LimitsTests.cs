using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

public sealed class LimitsTests
{
    private static readonly KvLimits _small =
        new() { MaxKeyBytes = 4, MaxValueBytes = 5, MaxPendingPerSession = 3 };

    public static TheoryData<KvCommand, string?> Cases => new()
    {
        { Put("ääaa", "12345"), "the key has 6 bytes; the limit is 4" },
        { Put("ää", "12345"), null },
        { Put("ää", "123456"), "the value would have 6 bytes; the limit is 5" },
        { Get(""), "the key is empty" },
        { Get("\uD800"), "the key is not well-formed Unicode" },
        { Put("k", "v") with { Operation = 0 }, "operation 0 is unknown" },
        { Put("k", "v") with { Operation = KvOperation.Get }, "a Get carries a value" },
        { Get("k", request: 0, first: 0), "the first unacknowledged request 0 is not between 1 and the request 0" },
        { Get("k", request: 2, first: 3), "the first unacknowledged request 3 is not between 1 and the request 2" },
        { Get("k", request: 3), null },
        { Get("k", request: 4), "request 4 is 3 ahead of the first unacknowledged one; the limit is 2" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_command_beyond_a_limit_is_rejected_and_changes_nothing(KvCommand command, string? problem)
    {
        var machine = new KvStateMachine(new KvOptions { Limits = _small });
        var untouched = machine.StateHash;

        Assert.Equal(problem, _small.Problem(command));
        if (problem is null) return;
        Assert.Equal(KvResult.Rejected(problem), machine.Apply(new(1), command));
        Assert.Equal(untouched, machine.StateHash);
    }

    [Fact]
    public void An_append_that_would_make_the_value_too_long_is_rejected_and_the_value_stays()
    {
        var machine = new KvStateMachine(new KvOptions { Limits = _small });
        machine.Apply(new(1), Put("k", "1234", request: 1));

        Assert.Equal(
            KvResult.Rejected("the value would have 6 bytes; the limit is 5"),
            machine.Apply(new(2), Append("k", "56", request: 2)));
        Assert.Equal(KvResult.Ok, machine.Apply(new(3), Append("k", "5", request: 3)));
        Assert.Equal("12345", Text(machine.Read("k")));
    }

    [Fact]
    public void An_option_out_of_range_is_refused_by_name()
    {
        Assert.Equal("MaxKeyBytes", Refused(new() { Limits = new() { MaxKeyBytes = 0 } }));
        Assert.Equal("MaxValueBytes", Refused(new() { Limits = new() { MaxValueBytes = -1 } }));
        Assert.Equal("MaxSessions", Refused(new() { Limits = new() { MaxSessions = 0 } }));
        Assert.Equal("MaxPendingPerSession", Refused(new() { Limits = new() { MaxPendingPerSession = 0 } }));
        Assert.Equal("Store", Refused(new() { Store = (KvStoreKind)9 }));

        static string? Refused(KvOptions options) =>
            Assert.Throws<ArgumentException>(() => new KvStateMachine(options)).ParamName;
    }
}
