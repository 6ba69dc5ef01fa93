using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

public sealed class RetryTests : IDisposable
{
    private readonly ClerkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void An_answer_of_the_first_server_ends_the_operation_at_once()
    {
        _world.Answer = _ => Value("v"u8.ToArray());

        Assert.Equal("v", _world.Within(0, _world.Clerk().GetStringAsync("k")));
        Assert.Equal(["a"], _world.Addresses);
        Assert.Equal(TimeSpan.FromSeconds(1), _world.Attempts[0].Timeout);
    }

    [Fact]
    public void An_absent_key_reads_as_null_and_an_empty_value_as_empty()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Command.Key == "absent" ? Value(null) : Value(ReadOnlyMemory<byte>.Empty);

        Assert.Null(_world.Within(0, clerk.GetAsync("absent")));
        Assert.Null(_world.Within(0, clerk.GetStringAsync("absent")));
        Assert.Equal("", _world.Within(0, clerk.GetStringAsync("empty")));
    }

    [Fact]
    public void Every_retry_is_the_same_command_C02()
    {
        _world.Answer = attempt => attempt.Number switch
        {
            0 => Failed(RpcOutcome.ConnectionLost),
            1 => null,
            2 => Reply(KvStatus.Unknown),
            3 => Reply(KvStatus.NotApplied),
            4 => Reply(KvStatus.Busy),
            5 => Reply(KvStatus.NotLeader),
            6 => Failed(RpcOutcome.Refused),
            7 => Failed(RpcOutcome.NotSent),
            _ => Reply(KvStatus.Ok),
        };

        _world.Within(2_000, _world.Clerk().AppendAsync("k", "v"));

        Assert.Equal(9, _world.Attempts.Count);
        Assert.All(_world.Attempts, attempt => Assert.Same(_world.Attempts[0].Command, attempt.Command));
    }

    [Fact]
    public void The_named_leader_is_asked_next_and_first_by_later_operations()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Address == "c" ? Reply(KvStatus.Ok) : Reply(KvStatus.NotLeader, leader: "c");

        _world.Within(0, clerk.PutAsync("k", "1"));
        _world.Within(0, clerk.PutAsync("k", "2"));

        Assert.Equal(["a", "c", "c"], _world.Addresses);
    }

    [Fact]
    public void A_leader_outside_the_endpoints_is_followed_and_its_channel_closed_when_another_is()
    {
        var clerk = _world.Clerk();
        var leader = "x";
        _world.Answer = attempt =>
            attempt.Address == leader ? Reply(KvStatus.Ok) : Reply(KvStatus.NotLeader, leader: leader);

        _world.Within(0, clerk.PutAsync("k", "1"));
        Assert.Equal(["a", "x"], _world.Open);
        leader = "y";
        _world.Within(0, clerk.PutAsync("k", "2"));

        Assert.Equal(["a", "x", "x", "y"], _world.Addresses);
        Assert.Equal(["a", "y"], _world.Open);
    }

    [Fact]
    public void Two_servers_that_name_each_other_do_not_keep_the_clerk_busy()
    {
        _ = _world.Clerk().PutAsync("k", "v").AsTask();
        _world.Answer = attempt => Reply(KvStatus.NotLeader, leader: attempt.Address == "a" ? "b" : "a");

        _world.Advance(5_000);

        Assert.InRange(_world.Attempts.Count, 20, 70);
    }

    [Fact]
    public void Dead_servers_are_passed_by_C17()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Address == "c" ? Reply(KvStatus.Ok) : Failed(RpcOutcome.NotSent);

        _world.Within(0, clerk.PutAsync("k", "1"));
        Assert.Equal(["a", "b", "c"], _world.Addresses);
    }

    [Fact]
    public void A_silent_server_costs_one_attempt_timeout()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Address == "a" ? null : Reply(KvStatus.Ok);

        _world.Within(1_000, clerk.PutAsync("k", "1"));

        Assert.Equal([0L, 1_000L], _world.Attempts.Select(attempt => attempt.AtMs));
    }

    [Fact]
    public void A_server_that_has_not_welcomed_the_clerk_costs_a_quarter_of_that()
    {
        var clerk = _world.Clerk();
        _world.Silent.Add("a");
        _world.Answer = attempt => attempt.Address == "a" ? null : Reply(KvStatus.Ok);

        _world.Within(250, clerk.PutAsync("k", "1"));

        Assert.Equal([("a", 0L), ("b", 250)], _world.Attempts.Select(attempt => (attempt.Address, attempt.AtMs)));
    }

    [Fact]
    public void A_hint_is_followed_to_the_server_that_was_asked_just_before()
    {
        var clerk = _world.Clerk();
        _world.Silent.Add("a");
        _world.Answer = attempt => attempt.Address switch
        {
            "a" => attempt.Number == 0 ? null : Reply(KvStatus.Ok),
            _ => Reply(KvStatus.NotLeader, leader: "a"),
        };

        _world.Within(250, clerk.PutAsync("k", "1"));

        Assert.Equal(["a", "b", "a"], _world.Addresses);
    }

    [Fact]
    public void Pauses_double_up_to_the_longest_and_each_follows_a_round_of_all_servers()
    {
        _world.Answer = _ => Failed(RpcOutcome.NotSent);
        _ = _world.Clerk().PutAsync("k", "v").AsTask();

        _world.Advance(2_500);

        Assert.Equal([0L, 10, 30, 70, 150, 310, 630, 1_130, 1_630, 2_130],
            _world.Attempts.Select(attempt => attempt.AtMs).Distinct());
        Assert.Equal(["a", "b", "c", "a", "b", "c"], _world.Addresses.Take(6));
        Assert.All(_world.Attempts.GroupBy(attempt => attempt.AtMs), round => Assert.Equal(3, round.Count()));
    }

    [Fact]
    public void A_busy_leader_is_asked_again_after_a_pause()
    {
        _world.Answer = attempt => Reply(attempt.Number < 2 ? KvStatus.Busy : KvStatus.Ok);

        _world.Within(100, _world.Clerk().PutAsync("k", "v"));

        Assert.Equal(["a", "a", "a"], _world.Addresses);
        Assert.Equal([0L, 10, 30], _world.Attempts.Select(attempt => attempt.AtMs));
    }

    [Fact]
    public void Many_calls_that_fail_at_one_server_move_on_once()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Address == "a" ? null : Reply(KvStatus.Ok);
        var calls = Enumerable.Range(0, 5).Select(i => clerk.PutAsync($"k{i}", "v").AsTask()).ToArray();

        _world.Advance(1_000);

        Assert.All(calls, call => Assert.True(call.IsCompletedSuccessfully));
        Assert.Equal(Enumerable.Repeat("a", 5).Concat(Enumerable.Repeat("b", 5)), _world.Addresses);
    }
}
