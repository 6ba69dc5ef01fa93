using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

public sealed class OutcomeTests : IDisposable
{
    private readonly ClerkWorld _world = new();
    private readonly RecordingObserver _observer = new();

    private static RpcResult RejectedInTheLog =>
        RpcResult.Replied(new KvReply(KvResult.Rejected("the value would be too long") with { Revision = 7 }));

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_rejected_write_was_not_applied_and_is_not_retried()
    {
        _world.Answer = _ => Reply(KvStatus.Rejected, detail: "the key is too long");

        var error = Assert.Throws<KvRejectedException>(() => _world.Within(0, Clerk().PutAsync("k", "v")));

        Assert.Equal("Put of 'k' was rejected: the key is too long.", error.Message);
        Assert.Single(_world.Attempts);
        Assert.Equal(["1 Put k invoked", "1 Put k failed"], _observer.Lines);
    }

    [Fact]
    public void A_write_that_every_server_refuses_fails_at_once_and_was_not_applied()
    {
        _world.Answer = attempt => attempt.Number == 0 ? Failed(RpcOutcome.NotSent)
            : RpcResult.Failed(RpcOutcome.Refused, $"{attempt.Address} is of another cluster");

        var error = Assert.Throws<ClerkRefusedException>(() => _world.Within(50, Clerk().PutAsync("k", "v")));

        Assert.Equal(
            "Put of 'k' was refused by every server: a: a is of another cluster; b: b is of another cluster; "
            + "c: c is of another cluster.",
            error.Message);
        Assert.Equal("1 Put k failed", _observer.Lines[^1]);
    }

    [Fact]
    public void A_write_that_all_refuse_but_one_that_may_have_taken_it_is_unknown()
    {
        _world.Answer = attempt => Failed(attempt.Number == 0 ? RpcOutcome.ConnectionLost : RpcOutcome.Refused);

        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(50, Clerk().PutAsync("k", "v")));
    }

    [Fact]
    public void One_server_that_does_not_refuse_is_asked_until_time_runs_out_and_all_problems_are_named()
    {
        _world.Answer = attempt => attempt.Address == "b"
            ? RpcResult.Failed(RpcOutcome.NotSent, "it cannot be reached")
            : RpcResult.Failed(RpcOutcome.Refused, "another cluster");

        var error = Assert.Throws<ClerkUnavailableException>(() => _world.Within(30_000, Clerk().PutAsync("k", "v")));

        Assert.Equal(
            "Put of 'k' was refused by some servers, and the others gave no answer in time: a, c: another cluster; "
            + "b: it cannot be reached.",
            error.Message);
    }

    [Fact]
    public void An_exception_that_nobody_foresaw_leaves_the_outcome_unknown_and_is_told_to_the_observer()
    {
        _world.Answer = _ => throw new NotSupportedException("unforeseen");

        Assert.Throws<NotSupportedException>(() => _world.Within(0, Clerk().PutAsync("k", "v")));

        Assert.Equal(["1 Put k invoked", "1 Put k unknown"], _observer.Lines);
    }

    [Fact]
    public void A_command_that_fits_no_message_is_rejected_and_not_retried()
    {
        _world.Answer = _ => RpcResult.Failed(RpcOutcome.TooLarge, "it takes too many bytes");

        var error = Assert.Throws<KvRejectedException>(() => _world.Within(0, Clerk().PutAsync("k", "v")));

        Assert.Equal("Put of 'k' was rejected: it takes too many bytes.", error.Message);
        Assert.Equal("1 Put k failed", _observer.Lines[^1]);
    }

    [Fact]
    public void A_write_that_reached_nobody_in_time_was_not_applied()
    {
        _world.Answer = attempt => attempt.Number % 2 == 0 ? Failed(RpcOutcome.NotSent) : Reply(KvStatus.NotApplied);

        var error = Assert.Throws<ClerkUnavailableException>(() => _world.Within(30_000, Clerk().PutAsync("k", "v")));

        Assert.StartsWith("Put of 'k' was not answered in time:", error.Message, StringComparison.Ordinal);
        Assert.Equal(30_000, _world.NowMs);
        Assert.Equal("1 Put k failed", _observer.Lines[^1]);
    }

    [Fact]
    public void A_write_that_could_not_be_sent_says_why_for_each_server()
    {
        _world.Answer = attempt => RpcResult.Failed(
            RpcOutcome.NotSent, attempt.Address == "b" ? "no route" : "it cannot be reached: Connection refused");

        var error = Assert.Throws<ClerkUnavailableException>(() => _world.Within(30_000, Clerk().PutAsync("k", "v")));

        Assert.Equal(
            "Put of 'k' could not be sent to any server: a, c: it cannot be reached: Connection refused; b: no route.",
            error.Message);
    }

    [Fact]
    public void A_read_whose_last_attempt_was_cut_short_was_sent()
    {
        _world.Answer = _ => _world.NowMs < 29_000 ? Failed(RpcOutcome.NotSent) : null;

        var error = Assert.Throws<ClerkUnavailableException>(() => _world.Within(30_000, Clerk().GetAsync("k")));

        Assert.Equal("Get of 'k' was not answered in time: a, b, c: test.", error.Message);
        Assert.True(_world.Attempts[^1].Timeout < _world.Options.AttemptTimeout);
    }

    [Theory]
    [InlineData(nameof(RpcOutcome.TimedOut))]
    [InlineData(nameof(RpcOutcome.ConnectionLost))]
    [InlineData(nameof(KvStatus.Unknown))]
    public void One_attempt_of_unknown_fate_leaves_the_write_unknown_when_time_runs_out(string doubt)
    {
        _world.Answer = attempt => attempt.Number > 0 ? Failed(RpcOutcome.NotSent)
            : Enum.TryParse<RpcOutcome>(doubt, out var outcome) ? Failed(outcome)
            : Reply(KvStatus.Unknown);

        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(30_000, Clerk().PutAsync("k", "v")));
        Assert.Equal(["1 Put k invoked", "1 Put k unknown"], _observer.Lines);
    }

    [Fact]
    public void A_later_answer_settles_an_attempt_of_unknown_fate()
    {
        _world.Answer = attempt => attempt.Number == 0 ? null : Reply(KvStatus.Ok);
        _world.Within(1_000, Clerk().PutAsync("k", "v"));

        _world.Answer = attempt => attempt.Number == 2 ? null : RejectedInTheLog;
        Assert.Throws<KvRejectedException>(() => _world.Within(1_000, Clerk().AppendAsync("k", "v")));
    }

    [Fact]
    public void A_rejection_that_is_not_from_the_log_says_nothing_of_an_earlier_attempt()
    {
        _world.Answer = attempt => attempt.Number == 0 ? null : Reply(KvStatus.Rejected, detail: "the key is too long");

        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(1_000, Clerk().PutAsync("k", "v")));
    }

    [Fact]
    public void Cancelling_a_write_that_is_under_way_leaves_it_unknown()
    {
        using var cancellation = new CancellationTokenSource();
        var put = Clerk().PutAsync("k", "v", cancellation.Token).AsTask();
        _world.Advance(10);

        cancellation.Cancel();
        _world.Advance(0);

        var error = Assert.Throws<ClerkOutcomeUnknownException>(() => put.GetAwaiter().GetResult());
        Assert.IsType<OperationCanceledException>(error.InnerException);
        Assert.Equal("Put of 'k' has an unknown outcome: the caller cancelled.", error.Message);
        Assert.Equal(10, _world.NowMs);
    }

    [Fact]
    public void Cancelling_a_write_that_went_nowhere_is_a_plain_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        _world.Answer = _ => Failed(RpcOutcome.NotSent);
        var put = Clerk().PutAsync("k", "v", cancellation.Token).AsTask();
        _world.Advance(5);

        cancellation.Cancel();
        _world.Advance(0);

        Assert.True(put.IsCanceled);
        Assert.Equal(cancellation.Token, Assert.Throws<OperationCanceledException>(() => put.GetAwaiter().GetResult())
            .CancellationToken);
        Assert.Equal("1 Put k failed", _observer.Lines[^1]);
    }

    [Fact]
    public void A_call_that_is_cancelled_beforehand_sends_nothing()
    {
        var put = Clerk().PutAsync("k", "v", new CancellationToken(canceled: true)).AsTask();

        Assert.True(put.IsCanceled);
        Assert.Empty(_world.Attempts);
    }

    [Fact]
    public void A_read_without_an_answer_is_never_unknown()
    {
        using var cancellation = new CancellationTokenSource();
        var clerk = Clerk();
        var get = clerk.GetAsync("k", cancellation.Token).AsTask();
        cancellation.Cancel();
        _world.Advance(0);

        Assert.True(get.IsCanceled);
        Assert.Throws<ClerkUnavailableException>(() => _world.Within(30_000, clerk.GetAsync("k")));
        Assert.Equal(["1 Get k invoked", "1 Get k failed", "2 Get k invoked", "2 Get k failed"], _observer.Lines);
    }

    [Fact]
    public void The_last_attempt_ends_with_the_operation()
    {
        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(30_000, Clerk().PutAsync("k", "v")));

        Assert.Equal(30_000, _world.NowMs);
        Assert.All(_world.Attempts, attempt =>
            Assert.True(attempt.AtMs + attempt.Timeout.TotalMilliseconds <= 30_000, $"{attempt}"));
    }

    [Fact]
    public void Disposing_ends_what_is_under_way_and_refuses_what_comes_later()
    {
        var clerk = Clerk();
        var put = clerk.PutAsync("k", "v").AsTask();
        var get = clerk.GetAsync("k").AsTask();

        _world.Within(0, clerk.DisposeAsync());
        _world.Within(0, clerk.DisposeAsync());

        var unknown = Assert.Throws<ClerkOutcomeUnknownException>(() => put.GetAwaiter().GetResult());
        Assert.IsType<ObjectDisposedException>(unknown.InnerException);
        Assert.Equal("Put of 'k' has an unknown outcome: the Clerk was disposed.", unknown.Message);
        Assert.Throws<ObjectDisposedException>(() => get.GetAwaiter().GetResult());
        Assert.Throws<ObjectDisposedException>(() => _world.Within(0, clerk.GetAsync("k")));
        Assert.Empty(_world.Open);
        Assert.Equal(2, _world.Attempts.Count);
        // xunit waits for what is posted.
        _world.Advance(0);
    }

    [Fact]
    public void A_call_that_was_on_its_way_when_the_loop_stopped_ends()
    {
        var clerk = Clerk();
        SynchronizationContext.SetSynchronizationContext(null);
        _world.Loop.Inside = false;
        var put = clerk.PutAsync("k", "v").AsTask();
        var disposal = clerk.DisposeAsync().AsTask();
        _world.Loop.Stop();

        Assert.True(clerk.DisposeAsync().AsTask().IsCompletedSuccessfully);

        // They resume elsewhere, as callers do.
        Assert.True(((IAsyncResult)put).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        Assert.IsType<ObjectDisposedException>(put.Exception?.InnerException);
        Assert.True(((IAsyncResult)disposal).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        Assert.True(disposal.IsCompletedSuccessfully);
        Assert.Empty(_world.Attempts);
    }

    [Fact]
    public void A_key_or_text_that_cannot_be_sent_is_the_callers_error()
    {
        var clerk = Clerk();

        Assert.ThrowsAny<ArgumentException>(() => { _ = clerk.GetAsync("").AsTask(); });
        Assert.ThrowsAny<ArgumentException>(() => { _ = clerk.GetAsync(null!).AsTask(); });
        Assert.ThrowsAny<ArgumentException>(() => { _ = clerk.GetAsync("\uD800").AsTask(); });
        Assert.ThrowsAny<ArgumentException>(() => { _ = clerk.PutAsync("k", "\uD800").AsTask(); });
        Assert.Throws<ArgumentNullException>("value", () => { _ = clerk.PutAsync("k", (string)null!).AsTask(); });
        Assert.Throws<ArgumentNullException>("value", () => { _ = clerk.AppendAsync("k", (string)null!).AsTask(); });
        Assert.Empty(_observer.Lines);
    }

    [Fact]
    public void A_caller_on_another_thread_is_taken_to_the_loop()
    {
        var clerk = Clerk();
        _world.Answer = _ => Reply(KvStatus.Ok);
        _world.Loop.Inside = false;

        var put = clerk.PutAsync("k", "v").AsTask();
        Assert.Empty(_world.Attempts);
        _world.Loop.Drain();

        Assert.True(put.IsCompletedSuccessfully);
        _world.Loop.Stopped = true;
        Assert.Throws<ObjectDisposedException>(() => { _ = clerk.GetAsync("k").AsTask(); });
    }

    private Clerk Clerk() => _world.Clerk(_observer);
}
