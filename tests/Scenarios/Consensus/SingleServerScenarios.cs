using RaftKv.Consensus;
using RaftKv.Diagnostics;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>A cluster of one, and the invariants that need only one server.</summary>
public sealed class SingleServerScenarios
{
    [Fact]
    public void A_cluster_of_one_elects_itself_once_its_vote_is_durable_and_commits_alone()
    {
        var server = new TestServer(1, 1) { AutoPersist = false };
        server.Elapse();
        Assert.Equal(Role.Candidate, server.Raft.Role);
        server.PersistFirst(1);
        Assert.Equal((Role.Leader, LogIndex.Zero), (server.Raft.Role, server.Raft.CommitIndex));

        server.Propose("x");
        Assert.Equal(LogIndex.Zero, server.Raft.CommitIndex);
        server.Persist();

        Assert.Equal(new LogIndex(2), server.Raft.CommitIndex);
        Assert.Equal(long.MaxValue, server.Raft.NextDeadline);
        Assert.Empty(server.Take());
    }

    [Fact]
    public void A_restarted_cluster_of_one_commits_its_whole_log_again()
    {
        var server = new TestServer(1, 1, Recovered(3, Entries(1, 2, 3)));
        server.Elapse();

        Assert.Equal((new Term(4), new LogIndex(4)), (server.Raft.Term, server.Raft.CommitIndex));
        Assert.Equal(EntryKind.NoOp, server.Raft.Log[new(4)].Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leader_that_was_alone_for_long_goes_on_leading_when_it_gets_company(bool promotes)
    {
        var server = new TestServer(1, 1, configure: options => options with { CheckQuorum = true });
        server.Elapse();
        server.Now += TimeSpan.FromHours(1).Ticks;
        server.Step(Input.ChangeMembership(1, [new(MemberChangeKind.AddLearner, Id(2), "n2")]));
        if (promotes)
        {
            server.Acknowledge(server.Take().Single());
            server.Step(Input.ChangeMembership(2, [new(MemberChangeKind.Promote, Id(2))]));
        }

        server.Step(Input.TimePassed);

        Assert.Equal(Role.Leader, server.Raft.Role);
    }

    [Fact]
    public void Applying_backwards_or_past_the_commit_index_stops_the_server()
    {
        var server = new TestServer(1, 1);
        server.Elapse();
        server.Step(Input.Applied(new(1)));

        Assert.Equal("applied <= commit", Violation(() => server.Step(Input.Applied(new(0)))));
        Assert.Equal("applied <= commit", Violation(() => server.Step(Input.Applied(new(2)))));
    }

    [Fact]
    public void Two_leaders_of_one_term_stop_the_server()
    {
        var server = new TestServer(1, 3);
        server.Receive(Heartbeat(from: 2));

        Assert.Equal("election safety", Violation(() => server.Receive(Heartbeat(from: 3))));

        var leader = new TestServer(1, 3);
        leader.Elect();
        Assert.Equal("election safety", Violation(() => leader.Receive(Heartbeat(from: 3))));
    }

    [Fact]
    public void A_leader_that_contradicts_a_committed_entry_stops_the_server()
    {
        var server = new TestServer(1, 3, Recovered(1, Entries(1, 1)));
        server.Receive(new Message(Id(2), Id(1), new(1), 1, new AppendEntries(new(2), new(1), new(2), default)));

        var overwrite = new AppendEntries(new(1), new(1), new(2), EntriesFrom(2, 3));
        Assert.Equal(
            "leader completeness",
            Violation(() => server.Receive(new Message(Id(3), Id(1), new(3), 1, overwrite))));
    }

    [Fact]
    public void A_follower_that_acknowledges_what_the_leader_never_had_stops_the_leader()
    {
        var leader = new TestServer(1, 3);
        leader.Elect();
        var append = leader.Take()[0];
        var reply = new Message(append.To, Id(1), append.Term, append.Number, new AppendReply(true, new(9), default));

        Assert.Equal("log matching", Violation(() => leader.Receive(reply)));
    }

    [Fact]
    public void A_log_with_a_term_above_the_hard_state_is_refused()
    {
        Assert.Equal("recovered state", Violation(() => _ = new TestServer(1, 3, Recovered(1, Entries(1, 2)))));
    }

    private static string Violation(Action action) => Assert.Throws<InvariantViolationException>(action).Invariant;

    private static Message Heartbeat(int from) =>
        new(Id(from), Id(1), new(1), 1, new AppendEntries(default, default, default, default));
}
