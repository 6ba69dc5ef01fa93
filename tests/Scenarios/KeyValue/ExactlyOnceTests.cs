using FsCheck.Xunit;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261122,7")]
public sealed class ExactlyOnceTests
{
    private readonly KvStateMachine _machine = new(new KvOptions { Limits = new KvLimits { MaxSessions = 3 } });
    private LogIndex _index;

    [Fact]
    public void A_write_that_comes_twice_is_applied_once_C01_C04_C06()
    {
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "a")).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "a")).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "b", request: 2)).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "b", request: 2)).Status);

        Assert.Equal("ab", Value("k"));
    }

    [Fact]
    public void The_same_request_id_of_another_client_is_another_write_C03()
    {
        Apply(Append("k", "a", client: 1));
        Apply(Append("k", "b", client: 2));

        Assert.Equal("ab", Value("k"));
    }

    [Fact]
    public void A_retry_gets_the_first_answer_even_if_it_was_no_C09()
    {
        var machine = new KvStateMachine(new KvOptions { Limits = new KvLimits { MaxValueBytes = 3 } });
        machine.Apply(new(1), Put("k", "abc", request: 1));
        var first = machine.Apply(new(2), Append("k", "d", request: 2));
        machine.Apply(new(3), Put("k", "", request: 3));

        Assert.Equal(KvStatus.Rejected, first.Status);
        Assert.Equal(first, machine.Apply(new(4), Append("k", "d", request: 2)));
        Assert.Equal("", Text(machine.Read("k")));
    }

    [Fact]
    public void Append_adds_to_what_is_there_and_an_absent_key_counts_as_empty_C10()
    {
        Assert.Null(Value("k"));
        Apply(Append("k", "", request: 1));
        Assert.Equal("", Value("k"));
        Apply(Append("k", "a", request: 2));
        Apply(Append("k", "b", request: 3));
        Assert.Equal("ab", Value("k"));
        Apply(Put("k", "c", request: 4));
        Assert.Equal("c", Value("k"));
    }

    [Fact]
    public void Several_requests_of_one_client_may_arrive_in_any_order_C11()
    {
        Apply(Append("k", "3", request: 3));
        Apply(Append("k", "1", request: 1));
        Apply(Append("k", "2", request: 2));
        Apply(Append("k", "1", request: 1));
        Apply(Append("k", "3", request: 3));

        Assert.Equal("312", Value("k"));
    }

    [Fact]
    public void A_request_below_the_first_unacknowledged_one_is_neither_applied_nor_answered_ok()
    {
        Apply(Append("k", "2", request: 2));
        Apply(Append("k", "5", request: 5, first: 4));

        Assert.Equal(KvStatus.Expired, Apply(Append("k", "2", request: 2)).Status);
        Assert.Equal(KvStatus.Expired, Apply(Append("k", "3", request: 3)).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "4", request: 4)).Status);
        Assert.Equal("254", Value("k"));
    }

    [Fact]
    public void A_get_leaves_no_trace_C05()
    {
        Apply(Put("k", "v"));
        var hash = _machine.StateHash;

        Assert.Equal("v", Text(Apply(Get("k", client: 9)).Value));
        Assert.Null(Apply(Get("absent", client: 1, request: 7, first: 7)).Value);
        Assert.Equal(hash, _machine.StateHash);
        Assert.Equal(1, _machine.SessionCount);
    }

    [Fact]
    public void When_the_table_is_full_the_session_that_wrote_least_recently_goes_C18()
    {
        Apply(Append("k", "1", client: 1));
        Apply(Append("k", "2", client: 2));
        Apply(Append("k", "3", client: 3));
        Apply(Append("k", "1", client: 1));
        Apply(Append("k", "4", client: 4));

        Assert.Equal(3, _machine.SessionCount);
        Assert.Equal(KvStatus.Expired, Apply(Append("k", "2", client: 2, request: 2, first: 2)).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "1", client: 1, request: 2, first: 2)).Status);
        Assert.Equal("12341", Value("k"));
    }

    [Property(MaxTest = 500)]
    public void Sessions_behave_like_a_naive_table(KvCommand[] commands)
    {
        var options = new KvOptions { Limits = new KvLimits { MaxSessions = 2, MaxValueBytes = 1_000 } };
        var machine = new KvStateMachine(options);
        var model = new NaiveKv(options.Limits);
        for (var i = 0; i < commands.Length; i++)
        {
            var expected = model.Apply(i, commands[i]);
            var actual = machine.Apply(new(i + 1), commands[i]);

            Assert.Equal(expected, KvResults.Describe(actual));
        }

        foreach (var (key, value) in model.Values) Assert.Equal(value, Text(machine.Read(key)));
        Assert.Equal(model.Values.Count, machine.KeyCount);
    }

    private KvResult Apply(KvCommand command) => _machine.Apply(_index = _index.Next, KvCommandCodec.Encode(command));

    private string? Value(string key) => Text(_machine.Read(key));
}
