using FsCheck.Xunit;
using RaftKv.KeyValue;
using Xunit;
using static RaftKv.Scenarios.KeyValue.KvCommands;

namespace RaftKv.Scenarios.KeyValue;

[Properties(Arbitrary = [typeof(KvCommands)], Replay = "20261122,7")]
public sealed class ExactlyOnceTests
{
    private static readonly KvLimits _limits = new()
    {
        MaxSessions = 3,
        MaxValueBytes = 1_000,
        SessionTimeout = TimeSpan.FromMilliseconds(SessionTimeoutMs),
    };

    private readonly KvRig _rig = new(new KvOptions { Limits = _limits }, clients: 3);

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
        var rig = new KvRig(new KvOptions { Limits = new KvLimits { MaxValueBytes = 3 } });
        rig.Apply(Put("k", "abc", request: 1));
        var first = rig.Apply(Append("k", "d", request: 2));
        rig.Apply(Put("k", "", request: 3));

        Assert.Equal(KvStatus.Rejected, first.Status);
        Assert.Equal(first, rig.Apply(Append("k", "d", request: 2)));
        Assert.Equal("", rig.Value("k"));
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
        var hash = _rig.Machine.StateHash;

        Assert.Equal("v", Text(Apply(Get("k", client: 9)).Value));
        Assert.Null(Apply(Get("absent", client: 1, request: 7, first: 7)).Value);
        Assert.Equal(hash, _rig.Machine.StateHash);
    }

    [Fact]
    public void When_all_sessions_are_in_use_a_new_client_waits_until_one_was_not_used_for_half_its_time_out_C18()
    {
        Apply(At(100, Append("k", "1", client: 1)));
        Apply(At(200, Append("k", "2", client: 2)));
        Apply(At(300, Append("k", "3", client: 3)));
        Apply(At(400, Append("k", "1", client: 1)));
        Assert.Equal(KvStatus.Busy, Apply(Open(4, timeMs: 700)).Status);
        var opened = Apply(Open(4, timeMs: 701));

        Assert.Equal(_limits.SessionTimeout, opened.Session!.Timeout);
        Assert.Equal(3, _rig.Machine.SessionCount);
        Assert.Equal(KvStatus.Expired, Apply(Append("k", "2", client: 2)).Status);
        Assert.Equal(KvStatus.Ok, Apply(Append("k", "1", client: 1, request: 2, first: 2)).Status);
        Assert.Equal("1231", _rig.Value("k"));
    }

    [Fact]
    public void A_session_that_was_not_used_for_longer_than_its_time_out_is_gone()
    {
        Assert.Equal(KvStatus.Ok, Apply(At(1_000, Append("k", "a"))).Status);
        Assert.Equal(KvStatus.Ok, Apply(At(2_000, Append("k", "a"))).Status);
        Apply(At(3_001, Get("k")));

        Assert.Equal(0, _rig.Machine.SessionCount);
        Assert.Equal(KvStatus.Expired, Apply(At(3_001, Append("k", "a"))).Status);
        Assert.Equal(KvStatus.Expired, Apply(At(3_001, Of(KvRequest.KeepAlive))).Status);
        Assert.Equal("a", _rig.Value("k"));
    }

    [Fact]
    public void Keeping_a_session_alive_keeps_its_results_and_gives_up_those_that_are_acknowledged()
    {
        Apply(At(0, Append("k", "a", request: 1)));
        Apply(At(0, Append("k", "b", request: 2)));
        Apply(At(1_000, Of(KvRequest.KeepAlive, number: 2, first: 2)));

        Assert.Equal(KvStatus.Ok, Apply(At(2_000, Append("k", "b", request: 2))).Status);
        Assert.Equal(KvStatus.Expired, Apply(At(2_000, Append("k", "a", request: 1))).Status);
        Assert.Equal("ab", _rig.Value("k"));
    }

    [Fact]
    public void Time_never_goes_back_although_the_next_leaders_clock_is_behind()
    {
        Apply(At(5_000, Open(1)));
        Apply(At(10, Append("k", "a")));

        Assert.Equal(5_000, _rig.Machine.TimeMs);
        Assert.Equal(KvStatus.Ok, Apply(At(6_000, Append("k", "a"))).Status);
        Assert.Equal("a", _rig.Value("k"));
    }

    [Fact]
    public void A_session_that_is_gone_never_comes_back_however_late_its_opening_is_repeated()
    {
        var write = _rig.Own(Append("k", "a"));
        Apply(write);
        Apply(At(5_000, Open(1)));

        Assert.Equal(KvStatus.Expired, Apply(write).Status);
        Assert.Equal("a", _rig.Value("k"));
    }

    [Fact]
    public void A_session_whose_results_hold_16_MiB_finds_no_more_until_some_are_acknowledged()
    {
        const int Results = 16;
        var rig = new KvRig(new KvOptions());
        rig.Apply(Put("k", new string('v', 1024 * 1024), client: 2));
        rig.Apply(Put("gone", "", client: 2, request: 2));
        for (var request = 1UL; request < Results; request++)
            Assert.NotNull(rig.Apply(Swap(request)).Value);
        var read = Of(KvRequest.Transact(new([], [KvRequest.Get("k"), KvRequest.Delete("gone")], [])), number: Results);
        Assert.Equal(KvStatus.Ok, rig.Apply(read).Status);

        // Restored from a snapshot it judges alike.
        var restored = new KvStateMachine(new KvOptions());
        SnapshotTests.Restore(restored, rig.Snapshot);
        var rejected = rig.Apply(Swap(Results + 1), restored);
        Assert.Equal(
            "the results of this session that are not acknowledged hold 16777216 bytes; the limit is 16777216",
            rejected.Detail);
        Assert.Equal(KvStatus.Rejected, rig.Apply(Of(read.Request, number: Results + 2), restored).Status);
        // What finds nothing, what was answered before, and other clients go on.
        Assert.Equal(KvStatus.Ok, rig.Apply(Append("a", "a", request: Results + 3), restored).Status);
        Assert.NotNull(rig.Apply(Swap(1), restored).Value);
        Assert.NotNull(rig.Apply(Swap(1, client: 3), restored).Value);

        Assert.NotNull(rig.Apply(Swap(Results + 4, first: 2), restored).Value);
        Assert.Equal(KvStatus.Rejected, rig.Apply(Swap(Results + 5, first: 2), restored).Status);
        Assert.Equal(rejected, rig.Apply(Swap(Results + 1, first: 3), restored));

        static KvCommand Swap(ulong request, ulong client = 1, ulong first = 1) =>
            Of(KvRequest.CompareAndSwap("k", null, Bytes("never")), client, request, first);
    }

    [Property(MaxTest = 500)]
    public void Sessions_behave_like_a_naive_table(KvCommand[] commands)
    {
        var rig = new KvRig(new KvOptions { Limits = _limits }, clients: 0);
        var model = new NaiveKv(_limits);
        foreach (var command in (KvCommand[])[Open(1), Open(2), Open(3), .. commands])
            Assert.Equal(model.Apply(rig.Index.Value + 1, command), KvResults.Describe(rig.Apply(command)));

        foreach (var (key, value) in model.Values) Assert.Equal(value, rig.Value(key));
        Assert.Equal(model.Values.Count, rig.Machine.KeyCount);
    }

    private static KvCommand At(long timeMs, KvCommand command) => command with { TimeMs = timeMs };

    private KvResult Apply(KvCommand command) => _rig.Apply(command);

    private string? Value(string key) => _rig.Value(key);
}
