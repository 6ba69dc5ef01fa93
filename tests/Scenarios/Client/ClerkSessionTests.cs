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
    public void A_read_needs_no_session()
    {
        _world.GrantsSessions = false;
        _world.Answer = _ => Reply(KvStatus.Ok);
        var clerk = _world.Clerk();
        _world.Within(0, clerk.GetAsync("k"));

        Assert.Equal([(0, 1, 1)], Sent);
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
        _world.Within(0, clerk.PutAsync("k", "v"));
        Assert.Equal([(1, 1, 1), (1, 2, 2), (1, 2, 2), (2, 1, 1)], Sent);
    }

    [Fact]
    public void One_caller_opens_the_session_and_the_others_wait_for_it()
    {
        _world.GrantsSessions = false;
        _world.Answer = attempt => attempt switch
        {
            { Number: 0 } => null,
            { Command.Operation: KvOperation.OpenSession } => Opened(7, TimeSpan.FromHours(1)),
            _ => Reply(KvStatus.Ok),
        };
        var clerk = _world.Clerk();
        var puts = Enumerable.Range(0, 3).Select(i => clerk.PutAsync($"k{i}", "v").AsTask()).ToArray();
        _world.Advance(1_100);

        Assert.All(puts, put => Assert.True(put.IsCompletedSuccessfully));
        Assert.Equal(
            [(1, 1, 1), (1, 1, 1), (7, 1, 1), (7, 2, 2), (7, 3, 3)],
            Sent.Order().ToArray());
    }

    [Fact]
    public void When_the_one_who_opens_a_session_gives_up_another_goes_on()
    {
        _world.GrantsSessions = false;
        using var patience = new CancellationTokenSource();
        var clerk = _world.Clerk();
        var first = clerk.PutAsync("first", "v", patience.Token).AsTask();
        var second = clerk.PutAsync("second", "v").AsTask();
        _world.Answer = attempt => attempt.Command.Operation == KvOperation.OpenSession
            ? Opened(7, TimeSpan.FromHours(1))
            : Reply(KvStatus.Ok);
        patience.Cancel();
        _world.Advance(0);

        Assert.True(first.IsCanceled);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal([(1, 1, 1), (2, 1, 1), (7, 1, 1)], Sent);
    }

    [Fact]
    public void A_write_that_waits_for_a_session_in_vain_was_not_applied()
    {
        _world.GrantsSessions = false;
        var clerk = _world.Clerk();
        var puts = Enumerable.Range(0, 2).Select(i => clerk.PutAsync($"k{i}", "v").AsTask()).ToArray();
        _world.Advance(30_000);

        Assert.All(puts, put => Assert.IsType<RaftKv.Client.ClerkUnavailableException>(put.Exception?.InnerException));
        Assert.All(_world.Attempts, attempt => Assert.Equal(KvOperation.OpenSession, attempt.Command.Operation));
    }

    [Fact]
    public void An_unused_session_is_kept_alive_until_the_clerk_is_disposed_and_its_answers_acknowledged()
    {
        _world.GrantsSessions = false;
        _world.Answer = attempt => attempt.Command.Operation == KvOperation.OpenSession
            ? Opened(7, TimeSpan.FromSeconds(3))
            : Reply(KvStatus.Ok);
        var clerk = _world.Clerk();
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Advance(3_500);
        _world.Within(0, clerk.DisposeAsync());
        _world.Advance(10_000);

        Assert.Equal([(1, 1, 1), (7, 1, 1), (7, 2, 2), (7, 2, 2)], Sent);
        Assert.Equal([0L, 0, 2_000, 3_000], _world.Attempts.Select(attempt => attempt.AtMs));
    }

    [Fact]
    public void An_effort_whose_time_is_no_whole_number_of_milliseconds_ends()
    {
        _world.GrantsSessions = false;
        _world.Answer = attempt => attempt.Command.Operation switch
        {
            KvOperation.OpenSession => Opened(7, TimeSpan.FromMilliseconds(200)),
            KvOperation.KeepAlive => Failed(RpcOutcome.NotSent),
            _ => Reply(KvStatus.Ok),
        };
        var clerk = _world.Clerk();
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Advance(1_000);

        Assert.InRange(_world.Attempts.Count, 20, 200);
    }

    [Fact]
    public void A_session_that_was_lost_while_idle_costs_the_next_write_nothing_but_a_new_one()
    {
        _world.GrantsSessions = false;
        _world.Answer = attempt => attempt.Command.Operation switch
        {
            KvOperation.OpenSession => Opened((ulong)attempt.Number + 10, TimeSpan.FromSeconds(3)),
            KvOperation.KeepAlive => Reply(KvStatus.Expired),
            _ => Reply(KvStatus.Ok),
        };
        var clerk = _world.Clerk();
        _world.Within(0, clerk.PutAsync("k", "v"));
        _world.Advance(2_000);
        _world.Within(0, clerk.PutAsync("k", "v"));

        Assert.Equal([(1, 1, 1), (10, 1, 1), (10, 2, 2), (2, 1, 1), (13, 1, 1)], Sent);
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
