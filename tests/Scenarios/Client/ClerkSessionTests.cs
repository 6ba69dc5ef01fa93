using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

public sealed class ClerkSessionTests : IDisposable
{
    private readonly ClerkWorld _world = new()
    {
        Options = new() { Endpoints = ["a"], ClusterId = "test", MaxPendingPerSession = 4 },
    };

    private IEnumerable<(ulong Client, ulong Request, ulong First)> Sent => _world.Attempts.Select(
        attempt => (attempt.Command.ClientId.Value, attempt.Command.RequestId.Value,
            attempt.Command.FirstUnacknowledged.Value));

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Requests_are_numbered_from_one_and_answers_acknowledged_with_the_next()
    {
        var clerk = _world.Clerk();
        _world.Answer = _ => Reply(KvStatus.Ok);
        for (var i = 0; i < 3; i++) _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (1, 2, 2), (1, 3, 3)], Sent);
    }

    [Fact]
    public void The_oldest_write_under_way_is_the_first_unacknowledged()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Command.Key == "slow" ? null : Reply(KvStatus.Ok);
        _world.Within(0, clerk.PutAsync("k", "v"));
        _ = clerk.PutAsync("slow", "v").AsTask();
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (1, 2, 2), (1, 3, 2), (1, 4, 2)], Sent);
    }

    [Fact]
    public void Nothing_is_acknowledged_before_a_write_is_answered()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => Reply(attempt.Number == 1 ? KvStatus.Rejected : KvStatus.Ok);
        _world.Within(0, clerk.GetAsync("k"));
        Assert.ThrowsAny<Exception>(() => _world.Within(0, clerk.PutAsync("k", "too large")));
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 4)], Sent);
    }

    [Fact]
    public void A_session_whose_window_is_full_is_left_to_its_requests()
    {
        var clerk = _world.Clerk();
        for (var i = 0; i < 5; i++) _ = clerk.PutAsync("k", "v").AsTask();

        Assert.Equal([(1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 1), (2, 1, 1)], Sent);
        var limits = new KvLimits { MaxPendingPerSession = 4 };
        Assert.All(_world.Attempts, attempt => Assert.Null(limits.Problem(attempt.Command)));
    }

    [Fact]
    public void A_write_whose_session_was_forgotten_goes_on_in_a_new_one_when_nothing_else_was_sent()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => Reply(attempt.Number == 1 ? KvStatus.Expired : KvStatus.Ok);
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 2, 2)], Sent);
    }

    [Fact]
    public void A_write_whose_session_was_forgotten_after_an_attempt_of_unknown_fate_is_unknown_C18()
    {
        var clerk = _world.Clerk();
        _world.Answer = attempt => attempt.Number switch
        {
            1 => Failed(RpcOutcome.ConnectionLost),
            2 => Reply(KvStatus.Expired, detail: "gone"),
            _ => Reply(KvStatus.Ok),
        };
        _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Throws<RaftKv.Client.ClerkOutcomeUnknownException>(() => _world.Within(0, clerk.PutAsync("k", "v")));
        Assert.Equal([(1, 1, 1), (1, 2, 2), (1, 2, 2)], Sent);
    }

    [Fact]
    public void Two_clerks_have_different_client_ids_C03()
    {
        _world.Answer = _ => Reply(KvStatus.Ok);
        _world.Within(0, _world.Clerk().PutAsync("k", "v"));
        _world.Within(0, _world.Clerk().PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (2, 1, 1)], Sent);
    }
}
