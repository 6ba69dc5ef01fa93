using RaftKv.Client;
using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

/// <summary>What an administrator is told in the end.</summary>
public sealed class AdministrationTests : IDisposable
{
    private static readonly MemberChange[] _change = [new(MemberChangeKind.AddLearner, new NodeId(4), "n4")];

    private readonly ClerkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_change_that_is_rejected_at_once_was_not_made()
    {
        _world.AnswerAdministrator = _ => Reply(KvStatus.Rejected, detail: "n4 is a member already");
        var failure = Assert.Throws<KvRejectedException>(() => _world.Within(0, Change(_world.Clerk())));
        Assert.Equal("Change of the members (AddLearner n4) was rejected: n4 is a member already.", failure.Message);
    }

    [Fact]
    public void A_change_that_is_rejected_after_an_attempt_without_an_answer_may_have_been_made()
    {
        _world.AnswerAdministrator = _ => _world.Administered.Count == 1
            ? Failed(RpcOutcome.TimedOut)
            : Reply(KvStatus.Rejected, detail: "n4 is a member already");
        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(0, Change(_world.Clerk())));
    }

    [Fact]
    public void A_question_that_is_never_answered_leaves_nothing_in_doubt()
    {
        _world.AnswerAdministrator = _ => Failed(RpcOutcome.TimedOut);
        var clerk = _world.Clerk();
        Assert.Throws<ClerkUnavailableException>(() => _world.Within(31_000, clerk.GetMembersAsync()));
        Assert.Throws<ClerkOutcomeUnknownException>(() => _world.Within(31_000, Change(clerk)));
    }

    [Fact]
    public void A_change_that_does_not_end_in_time_is_said_to_be_able_to_end_yet()
    {
        var members = new Configuration([new Member(new NodeId(1), "n1", MemberRole.Voter)]);
        _world.AnswerAdministrator = _ => _world.Administered.Count == 1
            ? Value(ConfigurationCodec.Encode(members))
            : Reply(KvStatus.Busy, detail: "a change is under way");
        var failure = Assert.Throws<ClerkUnavailableException>(() => _world.Within(31_000, Change(_world.Clerk())));
        Assert.StartsWith(
            "The end of the change of the members, which may still come, was not answered in time: ", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Where_every_server_refuses_nothing_is_tried_for_long()
    {
        _world.AnswerAdministrator = _ => Failed(RpcOutcome.Refused);
        Assert.Throws<ClerkRefusedException>(() => _world.Within(100, _world.Clerk().GetMembersAsync()));
    }

    [Fact]
    public void A_server_is_asked_once_how_it_stands_whoever_leads()
    {
        var status = new ServerStatus(
            new NodeId(2), Role.Follower, new Term(3), new NodeId(1), new LogIndex(9), new LogIndex(8),
            new Configuration([new Member(new NodeId(1), "a", MemberRole.Voter)]), new LogIndex(1));
        var answers = new Dictionary<string, RpcResult>
        {
            ["a"] = RpcResult.Failed(RpcOutcome.NotSent, "it cannot be reached"),
            ["b"] = RpcResult.Replied(new KvReply(KvStatus.Ok) { Server = status }),
            ["c"] = RpcResult.Failed(RpcOutcome.Refused, "it is of another cluster"),
        };
        _world.AnswerAdministrator = address => answers[address];
        var clerk = _world.Clerk();

        Assert.Equal(status, _world.Within(0, clerk.GetStatusAsync("b")));
        var failure = Assert.Throws<ClerkUnavailableException>(() => _world.Within(0, clerk.GetStatusAsync("a")));
        Assert.Equal("it cannot be reached", failure.Message);
        var refusal = Assert.Throws<ClerkRefusedException>(() => _world.Within(0, clerk.GetStatusAsync("c")));
        Assert.Equal("it is of another cluster", refusal.Message);
        Assert.Throws<ArgumentException>(() => _world.Within(0, clerk.GetStatusAsync("d")));

        // One of an earlier version knows no such question, and none answers with nothing.
        answers["b"] = RpcResult.Failed(RpcOutcome.Rejected, "an administrator asks for nothing that is known here");
        Assert.Throws<ClerkRefusedException>(() => _world.Within(0, clerk.GetStatusAsync("b")));
        answers["b"] = Reply(KvStatus.Rejected, detail: "this server is not administered");
        refusal = Assert.Throws<ClerkRefusedException>(() => _world.Within(0, clerk.GetStatusAsync("b")));
        Assert.Equal("this server is not administered", refusal.Message);
        Assert.Equal(["b", "a", "c", "b", "b"], _world.Administered.Select(asked => asked.Address));
    }

    [Fact]
    public void A_disposed_Clerk_says_so_and_a_caller_that_cancels_is_told_that()
    {
        using var cancellation = new CancellationTokenSource();
        var clerk = _world.Clerk();
        var cancelled = clerk.GetMembersAsync(cancellation.Token).AsTask();
        var closed = clerk.TransferLeadershipAsync().AsTask();
        cancellation.Cancel();
        Assert.Equal(
            cancellation.Token, Assert.Throws<OperationCanceledException>(() => Ended(cancelled)).CancellationToken);

        _world.Within(0, clerk.DisposeAsync());
        Assert.Throws<ObjectDisposedException>(() => Ended(closed));
        Assert.Throws<ObjectDisposedException>(() => _world.Within(0, clerk.GetMembersAsync()));
    }

    private static ValueTask<Configuration> Change(Clerk clerk) => clerk.ChangeMembersAsync(_change);

    private bool Ended(Task task) => _world.Within(1, new ValueTask<bool>(task.ContinueWith(
        ended =>
        {
            ended.GetAwaiter().GetResult();
            return true;
        },
        CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
}
