using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Paper §5.1, §5.2 and §5.4.1, after etcd's raft_paper_test.go.</summary>
public sealed class ElectionScenarios
{
    private const string Timeouts = "Test{Follower,Candidate}ElectionTimeoutRandomized, "
        + "Test{Followers,Candidates}ElectionTimeoutNonconflict";

    [Theory]
    [Scenario("Test{Follower,Candidate,Leader}UpdateTermFromMessage")]
    [InlineData(Role.Follower)]
    [InlineData(Role.Candidate)]
    [InlineData(Role.Leader)]
    public void Any_role_takes_over_a_higher_term_and_becomes_a_follower(Role role)
    {
        var server = InRole(role);
        var term = new Term(server.Raft.Term.Value + 1);

        server.Receive(Append(from: 2, term.Value));

        Assert.Equal((term, Role.Follower, Id(2)), (server.Raft.Term, server.Raft.Role, server.Raft.Leader));
    }

    [Fact]
    public void A_higher_term_in_a_mere_reply_deposes_a_leader_and_is_saved()
    {
        var server = InRole(Role.Leader);

        server.Receive(new Message(Id(2), Id(1), new(9), 0, new AppendReply(false, default, default)));

        Assert.Equal((Role.Follower, new Term(9)), (server.Raft.Role, server.Disk.HardState.Term));
    }

    [Fact]
    [Scenario("TestRejectStaleTermMessage")]
    public void A_request_of_a_stale_term_is_refused_with_the_present_term_and_no_number()
    {
        var server = new TestServer(1, 3, Recovered(5));
        var deadline = server.Raft.NextDeadline;
        server.Now = 10;

        server.Receive(Append(from: 2, term: 4));
        server.Receive(new Message(Id(2), Id(1), new(4), 7, new RequestVote(new(99), new(4))));

        var sent = server.Take();
        Assert.Equal((new Term(5), 0L, false), (sent[0].Term, sent[0].Number, sent[0].AppendReply.Accepted));
        Assert.Equal((new Term(5), 0L, false), (sent[1].Term, sent[1].Number, sent[1].VoteReply.Granted));
        Assert.Equal((deadline, NodeId.None), (server.Raft.NextDeadline, server.Raft.Leader));
    }

    [Fact]
    [Scenario("TestStartAsFollower")]
    public void A_server_starts_as_a_follower()
    {
        var server = new TestServer(1, 3);

        Assert.Equal((Role.Follower, Term.Zero), (server.Raft.Role, server.Raft.Term));
    }

    [Fact]
    [Scenario("TestLeaderBcastBeat")]
    public void A_leader_sends_a_heartbeat_to_everyone_at_each_interval()
    {
        var server = InRole(Role.Leader);
        for (var beat = 0; beat < 3; beat++)
        {
            var before = server.Now;
            server.Elapse();
            var sent = server.Take();
            Assert.Equal([Id(2), Id(3)], sent.Select(message => message.To));
            Assert.All(sent, message => Assert.Equal(0, message.AppendEntries.Entries.Length));
            if (beat > 0)
                Assert.Equal(server.Options.HeartbeatInterval.Ticks, server.Now - before);
        }
    }

    [Theory]
    [Scenario("TestFollowerStartElection, TestCandidateStartNewElection")]
    [InlineData(Role.Follower)]
    [InlineData(Role.Candidate)]
    public void A_time_out_starts_an_election_in_the_next_term(Role role)
    {
        var server = InRole(role);
        var term = server.Raft.Term;

        server.Elapse();

        Assert.Equal((Role.Candidate, term.Next, Id(1)), (server.Raft.Role, server.Raft.Term, server.Raft.VotedFor));
        Assert.Equal(
            [(Id(2), MessageKind.RequestVote), (Id(3), MessageKind.RequestVote)],
            server.Take().Select(message => (message.To, message.Kind)));
    }

    [Theory]
    [Scenario("TestLeaderElectionInOneRoundRPC")]
    [InlineData(1, "", Role.Leader)]
    [InlineData(3, "yy", Role.Leader)]
    [InlineData(3, "y-", Role.Leader)]
    [InlineData(5, "yyyy", Role.Leader)]
    [InlineData(5, "yyy-", Role.Leader)]
    [InlineData(5, "yy--", Role.Leader)]
    [InlineData(3, "nn", Role.Follower)]
    [InlineData(5, "nnnn", Role.Follower)]
    [InlineData(5, "ynnn", Role.Follower)]
    [InlineData(3, "--", Role.Candidate)]
    [InlineData(5, "y---", Role.Candidate)]
    [InlineData(5, "nn--", Role.Candidate)]
    [InlineData(5, "----", Role.Candidate)]
    [InlineData(2, "-", Role.Candidate)]
    [InlineData(4, "yy-", Role.Leader)]
    [InlineData(4, "y--", Role.Candidate)]
    [InlineData(4, "ynn", Role.Follower)]
    public void An_election_in_one_round(int size, string votes, Role expected)
    {
        var server = new TestServer(1, size);
        server.Elapse();
        foreach (var (request, vote) in server.Take().Zip(votes).Where(pair => pair.Second != '-'))
            server.Receive(Vote(request, vote == 'y'));

        Assert.Equal((expected, new Term(1)), (server.Raft.Role, server.Raft.Term));
    }

    [Theory]
    [Scenario("TestFollowerVote")]
    [InlineData(0, 2, true)]
    [InlineData(0, 3, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 3, true)]
    [InlineData(2, 3, false)]
    [InlineData(3, 2, false)]
    public void A_server_votes_for_at_most_one_candidate_in_a_term(int previous, int candidate, bool granted)
    {
        var recovered = new RecoveredState(new HardState(new(1), Id(previous)), SnapshotId.None, []);
        var server = new TestServer(1, 3, recovered);

        server.Receive(new Message(Id(candidate), Id(1), new(1), 4, new RequestVote(default, default)));

        var reply = Assert.Single(server.Take());
        Assert.Equal((granted, 4L), (reply.VoteReply.Granted, reply.Number));
    }

    [Theory]
    [Scenario("TestVoteRequest, TestVoter")]
    [InlineData("1", 1, 1, true)]
    [InlineData("1", 1, 2, true)]
    [InlineData("11", 1, 1, false)]
    [InlineData("1", 2, 1, true)]
    [InlineData("1", 2, 2, true)]
    [InlineData("11", 2, 1, true)]
    [InlineData("2", 1, 1, false)]
    [InlineData("2", 1, 2, false)]
    [InlineData("12", 1, 1, false)]
    [InlineData("2", 1, 99, false)]
    [InlineData("", 0, 0, true)]
    public void A_vote_is_denied_when_the_own_log_is_newer(string log, long lastTerm, long lastIndex, bool granted)
    {
        var server = new TestServer(1, 3, Recovered(2, Entries([.. log.Select(term => (long)(term - '0'))])));

        server.Receive(new Message(Id(2), Id(1), new(3), 1, new RequestVote(new(lastIndex), new(lastTerm))));

        Assert.Equal(granted, Assert.Single(server.Take()).VoteReply.Granted);
    }

    [Fact]
    [Scenario("TestVoteRequest, TestVoter")]
    public void A_vote_request_carries_the_last_entry_or_after_compaction_the_snapshot()
    {
        var server = new TestServer(1, 3, Recovered(3, Entries(1, 3)));
        server.Elapse();
        var requests = server.Take();
        Assert.Equal([Id(2), Id(3)], requests.Select(request => request.To));
        Assert.All(requests, request => Assert.Equal(new RequestVote(new(2), new(3)), request.RequestVote));

        var compacted = new RecoveredState(new HardState(new(3), default), new SnapshotId(new(7), new(2)), []);
        server = new TestServer(1, 3, compacted);
        server.Elapse();
        Assert.All(server.Take(), m => Assert.Equal(new RequestVote(new(7), new(2)), m.RequestVote));
    }

    [Theory]
    [Scenario("TestCandidateFallback")]
    [InlineData(1)]
    [InlineData(2)]
    public void A_candidate_follows_an_append_of_the_same_or_a_higher_term(long term)
    {
        var server = InRole(Role.Candidate);

        server.Receive(Append(from: 3, term));

        Assert.Equal((Role.Follower, Id(3), new Term(term)), (server.Raft.Role, server.Raft.Leader, server.Raft.Term));
    }

    [Fact]
    public void A_candidate_follows_a_snapshot_of_its_term_and_refuses_one_of_an_older()
    {
        var server = InRole(Role.Candidate);
        var piece = new InstallSnapshot(new SnapshotId(new(5), new(1)), 0, 9, new byte[9]);

        server.Receive(new Message(Id(3), Id(1), Term.Zero, 1, piece));
        Assert.Equal((Role.Candidate, NodeId.None), (server.Raft.Role, server.Raft.Leader));

        server.Receive(new Message(Id(3), Id(1), server.Raft.Term, 1, piece));
        Assert.Equal((Role.Follower, Id(3)), (server.Raft.Role, server.Raft.Leader));
        Assert.Single(server.SnapshotChunks);
    }

    [Theory]
    [Scenario(Timeouts)]
    [InlineData(Role.Follower)]
    [InlineData(Role.Candidate)]
    public void The_election_time_out_is_drawn_anew_from_T_to_2T(Role role)
    {
        var random = new Random(1);
        var server = new TestServer(1, 3, random: random.Next);
        var shortest = server.Options.ElectionTimeout.Ticks;
        var seen = new HashSet<long>();
        for (var i = 0; i < 200; i++)
        {
            server.Elapse();
            if (role == Role.Follower)
                server.Receive(Append(from: 2, server.Raft.Term.Value + 1));
            var timeout = server.Raft.ElectionDeadline - server.Now;
            Assert.InRange(timeout, shortest, (2 * shortest) - 1);
            seen.Add(timeout);
        }

        Assert.True(seen.Count > 190, $"{seen.Count} different time-outs of 200");
    }

    [Theory]
    [Scenario(Timeouts)]
    [InlineData(Role.Follower)]
    [InlineData(Role.Candidate)]
    public void Time_outs_of_five_servers_rarely_collide(Role role)
    {
        var random = new Random(2);
        var servers = Enumerable.Range(1, 5).Select(id => new TestServer(id, 5, random: random.Next)).ToArray();
        var collisions = 0;
        for (var round = 1; round <= 500; round++)
        {
            foreach (var server in servers)
            {
                server.Now = round * 1_000_000_000L;
                if (role == Role.Candidate)
                    server.Step(Input.TimePassed);
                else
                    server.Receive(Append(from: server.Raft.Id == Id(1) ? 2 : 1, round, to: server.Raft.Id.Value));
            }

            var deadlines = servers.Select(server => server.Raft.ElectionDeadline).Order().ToArray();
            collisions += deadlines[1] - deadlines[0] < TimeSpan.TicksPerMillisecond * 5 ? 1 : 0;
        }

        Assert.True(collisions < 150, $"{collisions} of 500 elections had two candidates within 5 ms");
    }

    /// <summary>Catalogue V21.</summary>
    [Fact]
    public void Servers_of_many_groups_that_were_held_up_together_do_not_act_together_afterwards()
    {
        var random = new Random(3);
        var waiting = Enumerable.Range(0, 100).Select(_ => new TestServer(1, 3, random: random.Next)).ToArray();
        var leading = Enumerable.Range(0, 100).Select(_ => new TestServer(1, 3, random: random.Next)).ToArray();
        foreach (var server in leading)
            server.Elect();
        var options = leading[0].Options;

        for (var stall = 1; stall <= 50; stall++)
        {
            foreach (var server in waiting.Concat(leading))
            {
                server.Now = stall * 10_000_000L;
                server.Step(Input.TimePassed);
            }
        }

        Assert.True(Together(waiting.Select(server => server.Raft.ElectionDeadline), options.ElectionTimeout) < 25);
        Assert.True(Together(leading.Select(server => server.Raft.NextDeadline), options.HeartbeatInterval) < 25);

        static int Together(IEnumerable<long> deadlines, TimeSpan interval) =>
            deadlines.GroupBy(deadline => deadline / (interval.Ticks / 10)).Max(group => group.Count());
    }

    [Fact]
    public void Granting_a_vote_restarts_the_timer_and_refusing_one_does_not()
    {
        var server = new TestServer(1, 3, Recovered(1, Entries(1))) { Now = 1000 };
        var deadline = server.Raft.NextDeadline;

        server.Receive(new Message(Id(2), Id(1), new(2), 1, new RequestVote(default, default)));
        Assert.Equal(deadline, server.Raft.NextDeadline);

        server.Receive(new Message(Id(3), Id(1), new(2), 1, new RequestVote(new(1), new(1))));
        Assert.Equal(deadline + 1000, server.Raft.NextDeadline);
    }

    [Fact]
    public void A_duplicate_or_late_vote_does_not_count_twice()
    {
        var server = new TestServer(1, 5);
        server.Elapse();
        var first = server.Take()[0];
        server.Receive(Vote(first, true));
        server.Receive(Vote(first, true));
        Assert.Equal(Role.Candidate, server.Raft.Role);

        server.Elapse();
        var second = server.Take();
        var late = new Message(Id(3), Id(1), second[0].Term, first.Number, new VoteReply(true));
        server.Receive(late);
        server.Receive(Vote(second[0], true));
        Assert.Equal(Role.Candidate, server.Raft.Role);
        server.Receive(Vote(second[1], true));
        Assert.Equal(Role.Leader, server.Raft.Role);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_candidate_asks_those_again_that_have_not_answered(bool preVote)
    {
        var server = new TestServer(1, 5, configure: options => options with { PreVote = preVote });
        server.Elapse();
        var (asked, deadline) = (server.Take(), server.Raft.ElectionDeadline);
        server.Receive(preVote
            ? new Message(Id(3), Id(1), asked[1].Term, asked[1].Number, new PreVoteReply(true))
            : Vote(asked[1], false));

        for (var again = 1; again <= 2; again++)
        {
            server.Now += server.Options.HeartbeatInterval.Ticks;
            Assert.Equal(server.Now, server.Raft.NextDeadline);
            server.Step(Input.TimePassed);
            Assert.Equal([asked[0], asked[2], asked[3]], server.Take());
        }

        Assert.Equal(deadline, server.Raft.ElectionDeadline);
        server.Elapse();
        Assert.All(server.Take(), message => Assert.True(message.Number > asked[0].Number));
    }

    [Fact]
    public void An_election_does_not_fail_for_a_lost_message()
    {
        var cluster = TestCluster.Of(3, PreVoteScenarios.Both);
        var lost = new HashSet<(NodeId, NodeId, MessageKind)>();
        cluster.Lose = message => lost.Add((message.From, message.To, message.Kind));
        cluster[1].Elapse();
        cluster.Run();

        cluster.Pass(cluster[1].Options.ElectionTimeout);

        Assert.Equal((Role.Leader, new Term(1)), (cluster[1].Raft.Role, cluster[1].Raft.Term));
    }

    [Fact]
    public void A_leader_does_not_vote_for_another_in_its_own_term_and_strangers_are_not_heard()
    {
        var server = InRole(Role.Leader);
        var term = server.Raft.Term;

        server.Receive(new Message(Id(2), Id(1), term, 1, new RequestVote(new(99), term)));
        Assert.False(Assert.Single(server.Take()).VoteReply.Granted);

        server.Receive(new Message(Id(9), Id(1), new(50), 1, new RequestVote(new(99), new(49))));
        server.Receive(new Message(Id(2), Id(3), new(50), 1, new RequestVote(new(99), new(49))));
        Assert.Equal((term, Role.Leader), (server.Raft.Term, server.Raft.Role));
    }

    private static TestServer InRole(Role role)
    {
        var server = new TestServer(1, 3);
        if (role == Role.Candidate)
            server.Elapse();
        else if (role == Role.Leader)
            server.Elect();
        server.Take();
        return server;
    }

    private static Message Vote(Message request, bool granted) =>
        new(request.To, request.From, request.Term, request.Number, new VoteReply(granted));

    private static Message Append(int from, long term, int to = 1) =>
        new(Id(from), Id(to), new(term), 1, new AppendEntries(default, default, default, default));
}
