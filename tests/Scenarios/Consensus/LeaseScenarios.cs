using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Dissertation §6.4.1, after etcd's TestReadOnlyOptionLease; catalogue R05 to R09 and R16.</summary>
public sealed class LeaseScenarios
{
    private const double Drift = 0.1;

    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);

    private static readonly long _length = (long)(_timeout.Ticks * (1 - Drift) / (1 + Drift));

    [Fact]
    public void While_the_lease_holds_a_leader_answers_without_a_round()
    {
        var cluster = Leased(3);
        cluster[1].Step(Input.Read(1, byLease: true), Input.Read(2, byLease: false));

        Assert.Equal(new ReadResult(1, ReadStatus.Ready, new(1)), Assert.Single(cluster[1].Reads));
        cluster.Run();
        Assert.Equal(2, cluster[1].Reads.Count);
    }

    [Fact]
    public void A_follower_is_answered_by_lease_without_a_round()
    {
        var cluster = Leased(3);
        cluster.Lose = message => message.Kind == MessageKind.AppendEntries;
        cluster[3].Step(Input.Read(1, byLease: true));
        cluster.Run();
        Assert.Equal(new ReadResult(1, ReadStatus.Ready, new(1)), Assert.Single(cluster[3].Reads));
    }

    [Fact]
    public void Where_leases_are_off_a_read_by_lease_takes_a_round()
    {
        var cluster = TestCluster.Of(3, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        cluster[1].Step(Input.Read(1, byLease: true));
        Assert.Empty(cluster[1].Reads);
        cluster.Run();
        Assert.Single(cluster[1].Reads);
    }

    /// <summary>Catalogue R05 and R06: counted from the sending, shortened by the drift.</summary>
    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void The_lease_counts_from_the_sending_of_the_round_and_is_shortened_by_the_drift(long past, bool holds)
    {
        var (leader, round) = Elected();
        var sentAt = leader.Now;
        leader.Now += _timeout.Ticks / 2;
        leader.Acknowledge(round);
        Assert.Equal(new(1), leader.Raft.CommitIndex);

        leader.Now = sentAt + _length + past;
        leader.Step(Input.Read(1, byLease: true));

        Assert.Equal(holds, leader.Reads.Count == 1);
    }

    [Fact]
    public void Votes_are_no_lease()
    {
        var (leader, _) = Elected();
        leader.Step(Input.Read(1, byLease: true));
        Assert.Empty(leader.Reads);
    }

    /// <summary>Catalogue R01 for leases: what earlier terms committed is not known yet.</summary>
    [Fact]
    public void A_lease_does_not_help_before_an_entry_of_the_own_term_is_committed()
    {
        var leader = Server(Recovered(1, Entries(1)));
        leader.Elect();
        var round = leader.Take()[0];
        leader.Receive(new Message(round.To, Id(1), round.Term, round.Number,
            new AppendReply(true, new(1), default, round.AppendEntries.Round)));
        leader.Step(Input.Read(1, byLease: true));
        Assert.Empty(leader.Reads);
    }

    /// <summary>Catalogue R16.</summary>
    [Fact]
    public void A_new_leadership_does_not_inherit_the_lease_of_an_earlier_one()
    {
        var (leader, round) = Elected();
        leader.Acknowledge(round);
        leader.Receive(new Message(Id(2), Id(1), new(5), 0, new AppendReply(false, default, default)));
        var now = leader.Now;
        leader.Elect();
        Assert.True(leader.Now >= now);
        foreach (var append in leader.Take())
            leader.Receive(new Message(append.To, Id(1), append.Term, append.Number,
                new AppendReply(true, new(1), default)));
        leader.Step(Input.Read(1, byLease: true));
        Assert.Empty(leader.Reads);
    }

    /// <summary>Catalogue R08: voters keep what the lease relies on, also when they were started anew.</summary>
    [Fact]
    public void A_voter_that_restarts_leaves_requests_for_votes_alone_for_a_time_out()
    {
        var server = new TestServer(2, 3, Recovered(4), configure: PreVoteScenarios.Both);
        server.Now = _timeout.Ticks - 1;
        server.Receive(new Message(Id(3), Id(2), new(5), 1, new RequestVote(new(9), new(4))));
        Assert.Empty(server.Take());
        Assert.Equal(new Term(4), server.Raft.Term);
    }

    [Fact]
    public void Leases_need_voters_that_check_and_a_bound_on_drift()
    {
        var options = Server().Options;
        Assert.Throws<ArgumentException>(() => (options with { CheckQuorum = false }).Validate());
        Assert.Throws<ArgumentException>(() => (options with { ClockDriftBound = 1 }).Validate());
        Assert.Throws<ArgumentException>(() => (options with { ClockDriftBound = -0.1 }).Validate());
        Assert.Throws<ArgumentException>(() => (options with { ClockDriftBound = double.NaN }).Validate());
    }

    private static TestCluster Leased(int size)
    {
        var cluster = TestCluster.Of(size, WithLease);
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        return cluster;
    }

    private static TestServer Server(RecoveredState? recovered = null) =>
        new(1, 3, recovered, configure: options => WithLease(options) with { PreVote = false });

    private static (TestServer Leader, Message Round) Elected()
    {
        var leader = Server();
        leader.Elect();
        return (leader, leader.Take()[0]);
    }

    private static RaftOptions WithLease(RaftOptions options) =>
        PreVoteScenarios.Both(options) with { LeaseReads = true, ClockDriftBound = Drift };
}
