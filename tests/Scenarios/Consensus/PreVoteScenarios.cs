using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Dissertation §9.6, after etcd's prevote scripts and the issues about PreVote with CheckQuorum.</summary>
public sealed class PreVoteScenarios
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>etcd: prevote.</summary>
    [Theory]
    [InlineData("12", 2, 2, true)]
    [InlineData("12", 1, 2, true)]
    [InlineData("12", 3, 1, false)]
    [InlineData("12", 1, 1, false)]
    public void A_server_behind_in_its_log_gets_no_pre_votes(string log, long index, long term, bool granted)
    {
        var server = new TestServer(1, 3, Recovered(2, Entries([.. log.Select(each => (long)(each - '0'))])));

        server.Receive(Ask(term: 2, new PreVote(new(index), new(term))));

        Assert.Equal(granted && index >= 2, Assert.Single(server.Take()).PreVoteReply.Granted);
    }

    /// <summary>Catalogue E17 and V08.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void Granting_a_pre_vote_changes_no_term_no_vote_and_no_timer(long term)
    {
        var server = new TestServer(1, 3, Recovered(2), configure: Both) { Now = _timeout.Ticks };
        var (hardState, deadline) = (server.Disk.HardState, server.Raft.NextDeadline);

        server.Receive(Ask(term, new PreVote(new(7), new(2))));

        var reply = Assert.Single(server.Take());
        Assert.Equal((true, new Term(2), 5L), (reply.PreVoteReply.Granted, reply.Term, reply.Number));
        Assert.Equal((new Term(2), NodeId.None), (server.Raft.Term, server.Raft.VotedFor));
        Assert.Equal((hardState, deadline), (server.Disk.HardState, server.Raft.NextDeadline));
        // Nor did it hear a leader by that: a real vote is given at once.
        server.Receive(new Message(Id(3), Id(1), new(3), 1, new RequestVote(new(7), new(2))));
        Assert.True(Assert.Single(server.Take()).VoteReply.Granted);
    }

    [Fact]
    public void A_pre_candidate_keeps_its_term_until_a_majority_would_vote_for_it()
    {
        var server = new TestServer(1, 5, Recovered(4), configure: Both);
        server.Elapse();
        var asked = server.Take();
        Assert.All(asked, message => Assert.Equal((MessageKind.PreVote, new Term(4)), (message.Kind, message.Term)));
        Assert.Equal((Role.PreCandidate, new Term(4)), (server.Raft.Role, server.Raft.Term));

        server.Receive(Answer(asked[0], granted: true));
        server.Receive(Answer(asked[0], granted: true));
        server.Receive(Vote(asked[1]));
        Assert.Equal((Role.PreCandidate, new Term(4)), (server.Raft.Role, server.Raft.Term));
        server.Receive(Answer(asked[1], granted: true));

        Assert.Equal((Role.Candidate, new Term(5)), (server.Raft.Role, server.Raft.Term));
        Assert.All(server.Take(), message => Assert.Equal(MessageKind.RequestVote, message.Kind));
        // A late pre-vote is no vote.
        server.Receive(Answer(asked[2], granted: true));
        server.Receive(Answer(asked[3], granted: true));
        Assert.Equal(Role.Candidate, server.Raft.Role);
    }

    [Fact]
    public void Answers_of_an_earlier_round_do_not_count()
    {
        var server = new TestServer(1, 3, configure: Both);
        server.Elapse();
        var first = server.Take();
        server.Elapse();
        server.Take();

        server.Receive(Answer(first[0], granted: true));

        Assert.Equal((Role.PreCandidate, Term.Zero), (server.Raft.Role, server.Raft.Term));
    }

    /// <summary>Catalogue V06: openraft 1796.</summary>
    [Fact]
    public void The_higher_term_of_a_refusal_is_adopted()
    {
        var cluster = Cluster(
            new TestServer(1, 2, Recovered(3, Entries(3)), _ => 1, Both),
            new TestServer(2, 2, Recovered(8), _ => 2, Both));

        cluster[2].Now = _timeout.Ticks;
        cluster[1].Elapse();
        cluster.Run();
        Assert.Equal((Role.Follower, new Term(8)), (cluster[1].Raft.Role, cluster[1].Raft.Term));

        cluster.Pass(_timeout * 2);
        Assert.Equal((Role.Leader, new Term(9)), (cluster[1].Raft.Role, cluster[1].Raft.Term));
    }

    /// <summary>Catalogue V17: what PreVote is for.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_was_cut_off_does_not_depose_the_leader_when_it_returns(bool preVote)
    {
        var cluster = TestCluster.Of(3, options => Both(options) with { PreVote = preVote });
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        cluster.Isolate(3);
        cluster.Pass(_timeout * 20);
        cluster.Heal();
        cluster.Pass(_timeout * 4);

        Assert.Equal(preVote, cluster[1].Raft.Term == new Term(1));
        Assert.Single([1, 2, 3], id => cluster[id].Raft.Role == Role.Leader);
    }

    /// <summary>Catalogue V05 (raft-rs 84, etcd 8501): pre-candidates must not refuse each other.</summary>
    [Fact]
    public void The_servers_that_a_leader_leaves_behind_elect_another_one()
    {
        var cluster = TestCluster.Of(3, Both);
        cluster.Pass(_timeout * 2);
        cluster.Isolate(1);
        cluster.Pass(_timeout * 3);

        Assert.Equal((Role.Leader, new Term(2)), (cluster[2].Raft.Role, cluster[2].Raft.Term));
        Assert.Equal((Role.Leader, Id(2)), (cluster[2].Raft.Role, cluster[3].Raft.Leader));
    }

    /// <summary>Catalogue V07: hashicorp/raft 605.</summary>
    [Fact]
    public void A_former_leader_is_not_refused_for_its_own_sake()
    {
        var server = new TestServer(1, 3, configure: Both);
        server.Receive(new Message(Id(2), Id(1), new(3), 1, new AppendEntries(default, default, default, default)));
        server.Take();

        server.Receive(Ask(term: 3, new PreVote(new(1), new(3)), from: 3));
        Assert.Empty(server.Take());
        server.Receive(Ask(term: 3, new PreVote(new(1), new(3)), from: 2));
        Assert.True(Assert.Single(server.Take()).PreVoteReply.Granted);
    }

    /// <summary>etcd: TestNodeWithSmallerTermCanCompleteElection.</summary>
    [Fact]
    public void A_server_with_a_smaller_term_and_the_better_log_completes_an_election()
    {
        var cluster = Cluster(
            new TestServer(1, 3, Recovered(1, Entries(1)), _ => 1, Both),
            new TestServer(2, 3, Recovered(3, Entries(1, 3)), _ => 2, Both),
            new TestServer(3, 3, Recovered(5, Entries(1)), _ => 3, Both));
        cluster.Isolate(1);

        cluster.Pass(_timeout * 5);

        Assert.Equal((Role.Leader, new Term(6)), (cluster[2].Raft.Role, cluster[2].Raft.Term));
    }

    /// <summary>
    /// etcd: TestPreVoteMigrationCanCompleteElection and TestPreVoteMigrationWithFreeStuckPreCandidate.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_half_upgraded_cluster_completes_elections(int old)
    {
        var cluster = TestCluster.Of(3, options => options.Id == Id(old) ? options : Both(options));
        for (var round = 1; round <= 6; round++)
        {
            cluster.Isolate((round % 3) + 1);
            cluster.Pass(_timeout * 10);
            var others = Enumerable.Range(1, 3).Where(id => id != (round % 3) + 1);
            Assert.Single(others, id => cluster[id].Raft.Role == Role.Leader);
            cluster.Heal();
            cluster.Pass(_timeout * 5);
        }
    }

    [Fact]
    public void A_single_server_elects_itself_at_once()
    {
        var server = new TestServer(1, 1, configure: Both);
        server.Elapse();
        Assert.Equal((Role.Leader, new Term(1)), (server.Raft.Role, server.Raft.Term));
    }

    [Fact]
    public void Who_grants_a_vote_gives_up_its_own_candidacy()
    {
        var server = new TestServer(1, 3, Recovered(2), configure: Both);
        server.Elapse();
        var asked = server.Take();

        server.Receive(new Message(Id(3), Id(1), new(2), 4, new RequestVote(new(1), new(1))));
        server.Receive(Answer(asked[0], granted: true));

        Assert.Equal((Role.Follower, new Term(2), Id(3)), (server.Raft.Role, server.Raft.Term, server.Raft.VotedFor));
    }

    internal static RaftOptions Both(RaftOptions options) => options with { PreVote = true, CheckQuorum = true };

    private static TestCluster Cluster(params TestServer[] servers) => new(servers);

    private static Message Ask(long term, PreVote body, int from = 2) => new(Id(from), Id(1), new(term), 5, body);

    private static Message Answer(Message request, bool granted) =>
        new(request.To, request.From, request.Term, request.Number, new PreVoteReply(granted));

    private static Message Vote(Message request) =>
        new(request.To, request.From, request.Term, request.Number, new VoteReply(true));
}
