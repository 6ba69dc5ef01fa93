using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Dissertation §6.2 and §4.2.3, after etcd's checkquorum and prevote_checkquorum scripts.</summary>
public sealed class CheckQuorumScenarios
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>etcd: checkquorum, TestLeaderStepdownWhenQuorumLost; catalogue V09.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    [InlineData(4, 1)]
    public void A_leader_that_hears_no_quorum_for_a_time_out_steps_down_in_its_term(int size, int hearing)
    {
        var cluster = TestCluster.Of(size, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        var cut = Enumerable.Range(1 + hearing, size - hearing).ToArray();
        cluster.Lose = message => cut.Contains(message.From.Value) && message.To == Id(1);

        cluster.Pass(_timeout / 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        cluster.Pass(_timeout);

        Assert.NotEqual(Role.Leader, cluster[1].Raft.Role);
        Assert.Equal(new Term(1), cluster[1].Raft.Term);
    }

    /// <summary>Entries put the heartbeats off at which a leader looks whether it is deserted.</summary>
    [Fact]
    public void A_deserted_leader_steps_down_although_commands_and_reads_keep_coming()
    {
        var cluster = TestCluster.Of(3, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        cluster.Isolate(1);

        for (var turn = 0; turn < 60; turn++)
        {
            cluster[1].Propose("x");
            cluster[1].Step(Input.Read(turn, byLease: false));
            cluster.Pass(_timeout / 30);
        }

        Assert.NotEqual(Role.Leader, cluster[1].Raft.Role);
        Assert.Contains(cluster[1].Reads, result => result is { ReadNumber: 0, Status: ReadStatus.NoLeader });
    }

    /// <summary>An append with entries is answered when these are durable, a heartbeat at once.</summary>
    [Fact]
    public void A_leader_whose_followers_flush_for_long_stays_although_commands_keep_coming()
    {
        var cluster = TestCluster.Of(3, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        cluster[2].AutoPersist = cluster[3].AutoPersist = false;

        for (var turn = 0; turn < 60; turn++)
        {
            cluster[1].Propose("x");
            cluster.Run();
            cluster.Pass(_timeout / 30);
        }

        Assert.Equal((Role.Leader, new Term(1)), (cluster[1].Raft.Role, cluster[1].Raft.Term));
    }

    /// <summary>etcd: TestLeaderStepdownWhenQuorumActive.</summary>
    [Fact]
    public void A_leader_with_a_quorum_stays()
    {
        var cluster = TestCluster.Of(5, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        cluster.Isolate(4, 5);
        cluster.Pass(_timeout * 50);
        Assert.Equal((Role.Leader, new Term(1)), (cluster[1].Raft.Role, cluster[1].Raft.Term));
    }

    [Fact]
    public void A_leader_that_is_the_only_voter_stays_whatever_becomes_of_its_learners()
    {
        var alone = new Configuration([new(Id(1), "a", MemberRole.Voter), new(Id(2), "b", MemberRole.Learner)]);
        var server = new TestServer(
            1, 1, RecoveredState.Fresh with { Configuration = alone },
            configure: options => options with { CheckQuorum = true });
        server.Elect();

        for (var beat = 0; beat < 10; beat++)
            server.Elapse();

        Assert.Equal((Role.Leader, new Term(1)), (server.Raft.Role, server.Raft.Term));
    }

    [Fact]
    public void Without_the_check_a_deserted_leader_stays()
    {
        var cluster = TestCluster.Of(3, options => PreVoteScenarios.Both(options) with { CheckQuorum = false });
        cluster.Pass(_timeout * 2);
        cluster.Isolate(1);
        cluster.Pass(_timeout * 10);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
    }

    /// <summary>Answers that refuse show that the leader is heard as well as others.</summary>
    [Fact]
    public void A_refused_append_counts_as_heard()
    {
        var server = new TestServer(1, 2, configure: options => options with { CheckQuorum = true });
        server.Elect();
        var sent = server.Take();
        for (var beat = 0; beat < 20; beat++)
        {
            foreach (var append in sent)
                server.Receive(new Message(Id(2), Id(1), append.Term, append.Number,
                    new AppendReply(false, default, default, append.AppendEntries.Round)));
            server.Take();
            server.Elapse();
            sent = server.Take();
        }

        Assert.Equal(Role.Leader, server.Raft.Role);
    }

    /// <summary>Answers to old messages, however many, are no sign of life.</summary>
    [Fact]
    public void Late_answers_do_not_keep_a_leader_in_office()
    {
        var server = new TestServer(1, 2, configure: options => options with { CheckQuorum = true });
        server.Elect();
        var first = Assert.Single(server.Take());
        for (var beat = 0; beat < 8 && server.Raft.Role == Role.Leader; beat++)
        {
            server.Elapse();
            server.Receive(new Message(Id(2), Id(1), first.Term, first.Number,
                new AppendReply(true, new(1), default, first.AppendEntries.Round)));
        }

        Assert.Equal(Role.Follower, server.Raft.Role);
    }

    /// <summary>etcd: TestLeaderSupersedingWithCheckQuorum, TestLeaderElectionWithCheckQuorum.</summary>
    [Theory]
    [InlineData(MessageKind.PreVote)]
    [InlineData(MessageKind.RequestVote)]
    public void While_a_leader_is_heard_requests_for_votes_are_left_alone(MessageKind kind)
    {
        var server = new TestServer(1, 3, configure: PreVoteScenarios.Both) { Now = 1000 };
        server.Receive(new Message(Id(2), Id(1), new(3), 1, new AppendEntries(default, default, default, default)));
        server.Take();

        server.Now += _timeout.Ticks - 1;
        server.Receive(Request(kind, term: 9));
        Assert.Empty(server.Take());
        Assert.Equal((new Term(3), Id(2)), (server.Raft.Term, server.Raft.Leader));

        server.Now++;
        server.Receive(Request(kind, term: 9));
        Assert.Single(server.Take());
    }

    /// <summary>
    /// A lease rests on the contact, so a newer term learned by the way must not make the server forget it.
    /// </summary>
    [Fact]
    public void A_higher_term_from_a_mere_reply_does_not_open_the_way_for_a_vote()
    {
        var server = new TestServer(1, 3, configure: PreVoteScenarios.Both);
        server.Receive(new Message(Id(2), Id(1), new(3), 1, new AppendEntries(default, default, default, default)));
        server.Receive(new Message(Id(3), Id(1), new(5), 0, new VoteReply(false)));
        Assert.Equal((new Term(5), NodeId.None), (server.Raft.Term, server.Raft.Leader));
        server.Take();

        server.Receive(Request(MessageKind.RequestVote, term: 6));

        Assert.Empty(server.Take());
        Assert.Equal(new Term(5), server.Raft.Term);
    }

    [Fact]
    public void A_leader_ignores_requests_for_votes_until_it_steps_down()
    {
        var server = new TestServer(1, 3, configure: options => options with { CheckQuorum = true });
        server.Elect();
        server.Take();
        server.Receive(Request(MessageKind.RequestVote, term: 9));
        Assert.Equal((Role.Leader, new Term(1)), (server.Raft.Role, server.Raft.Term));
        Assert.Empty(server.Take());
    }

    /// <summary>etcd: TestFreeStuckCandidateWithCheckQuorum.</summary>
    [Fact]
    public void A_candidate_whose_term_went_ahead_is_freed_by_the_leaders_next_append()
    {
        var cluster = TestCluster.Of(3, options => options with { CheckQuorum = true });
        cluster.Pass(_timeout * 2);
        cluster.Isolate(3);
        cluster.Pass(_timeout * 6);
        Assert.True(cluster[3].Raft.Term > new Term(2));
        cluster.Heal();

        cluster.Pass(_timeout * 6);

        Assert.Single([1, 2, 3], id => cluster[id].Raft.Role == Role.Leader);
        Assert.Single(Enumerable.Range(1, 3).Select(id => cluster[id].Raft.Term).Distinct());
    }

    private static Message Request(MessageKind kind, long term) => kind == MessageKind.PreVote
        ? new Message(Id(3), Id(1), new(term), 1, new PreVote(new(99), new(3)))
        : new Message(Id(3), Id(1), new(term), 1, new RequestVote(new(99), new(3)));
}
