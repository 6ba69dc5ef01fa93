using RaftKv.Consensus;
using Xunit;
using static RaftKv.Consensus.MemberChangeKind;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>
/// What becomes of membership when entries are truncated, servers restart, disks are lost and members do not know yet.
/// </summary>
public sealed class MembershipRecoveryScenarios
{
    /// <summary>A configuration is in force when appended, and no longer when its entry is truncated.</summary>
    [Fact]
    public void A_truncated_configuration_gives_way_to_the_one_before_it()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Isolate(1);
        cluster.Change(1, (Remove, 3));
        Assert.Equal("(n1 n2)&(n1 n2 n3)", $"{cluster[1].Raft.Configuration}");

        cluster.Elect(2);
        cluster.Propose(2, "x", "y");
        cluster.Heal();
        cluster.Heartbeat(2);

        Assert.Equal("(n1 n2 n3)", $"{cluster[1].Raft.Configuration}");
        Assert.Equal(cluster[2].Raft.LastIndex, cluster[1].Raft.LastIndex);
    }

    [Fact]
    public void A_restarted_server_has_the_configuration_of_its_snapshot_and_log()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Change(1, (AddLearner, 4));
        cluster[1].Apply();
        var snapshot = new SnapshotId(cluster[1].Raft.LastIndex, cluster[1].Raft.Log.LastTerm);
        cluster[1].Step(Input.SnapshotTaken(snapshot, snapshot.Index));
        cluster.Isolate(1);
        cluster.Change(1, (Remove, 2));

        var again = new TestServer(1, 3, cluster[1].Disk.Recover());
        Assert.Equal("(n1 n3)&(n1 n2 n3) learners n4", $"{again.Raft.Configuration}");
        Assert.Equal("(n1 n2 n3) learners n4", $"{again.Raft.ConfigurationAt(snapshot.Index)}");
    }

    /// <summary>After etcd's campaign_learner_must_vote, TestLearnerElectionTimeout and TestLearnerPromotion.</summary>
    [Fact]
    public void A_learner_never_stands_but_votes_when_asked_since_it_may_have_been_promoted()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Change(1, (AddLearner, 4));
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        Assert.Equal(Id(1), cluster[4].Raft.Leader);
        cluster[4].Elapse();
        Assert.Equal((Role.Follower, NodeId.None), (cluster[4].Raft.Role, cluster[4].Raft.Leader));
        Assert.Equal(long.MaxValue, cluster[4].Raft.NextDeadline);

        // It is promoted, and the leader and another server die before it knows.
        cluster.Lose = message => message.To == Id(4);
        cluster.Change(1, (Promote, 4));
        Assert.True(cluster[2].Raft.Configuration.IsVoter(Id(4)));
        Assert.False(cluster[4].Raft.Configuration.IsVoter(Id(4)));
        cluster.Isolate(1);
        cluster.Lose = message => message.From == Id(1) || message.To == Id(1) || message.To == Id(3);
        cluster.Elect(2);
        Assert.Equal(Role.Candidate, cluster[2].Raft.Role);
        cluster.Lose = message => message.From == Id(1) || message.To == Id(1);
        cluster.Elect(2);

        Assert.Equal(Role.Leader, cluster[2].Raft.Role);
        Assert.Equal(Id(2), cluster[4].Raft.VotedFor);
    }

    /// <summary>A server that was never told of a cluster: hashicorp/raft#483, redisraft#2.</summary>
    [Fact]
    public void A_blank_server_neither_stands_nor_votes()
    {
        var cluster = TestCluster.Founded(size: 1, spare: 1);
        var blank = cluster[2];

        Assert.Equal(long.MaxValue, blank.Raft.NextDeadline);
        blank.Receive(new Message(Id(1), Id(2), new(5), 1, new RequestVote(new(99), new(4))));

        Assert.False(Assert.Single(blank.Take()).VoteReply.Granted);
    }

    [Fact]
    public void A_voter_that_has_lost_its_disk_gets_no_entries_and_so_no_vote()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Propose(1, "x");
        cluster.Replace(3, new TestServer(3, 0));
        cluster.Elect(2);
        for (var beat = 0; beat < 5; beat++)
            cluster.Heartbeat(2);

        Assert.True(cluster[3].Raft.IsBlank);
        Assert.True(cluster[2].Raft.Followers.Single(each => each.Id == Id(3)).IsBlank);

        // It is removed and comes back as another member.
        Assert.Null(cluster.Change(2, (Remove, 3)));
        Assert.Equal("(n1 n2)", $"{cluster[2].Raft.Configuration}");
    }

    [Fact]
    public void A_voter_that_loses_its_disk_amid_a_snapshot_gets_no_more_of_it()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Isolate(3);
        cluster.Propose(1, "x");
        var leader = cluster[1];
        leader.Apply();
        leader.Step(Input.SnapshotTaken(new(leader.Raft.LastIndex, leader.Raft.Term), leader.Raft.LastIndex));
        cluster.Lose = message => message.Kind == MessageKind.SnapshotReply;
        cluster.Heartbeat(1);
        Assert.Equal(ReplicationState.Snapshot, leader.Raft.Followers[1].State);

        cluster.Heal();
        cluster.Replace(3, new TestServer(3, 0));
        for (var beat = 0; beat < 10; beat++)
            cluster.Heartbeat(1);

        Assert.True(cluster[3].Raft.IsBlank);
        Assert.True(leader.Raft.Followers[1].IsBlank);
    }

    /// <summary>After openraft#2091: who is being removed may be the only one who can be elected.</summary>
    [Fact]
    public void A_server_that_an_uncommitted_change_removes_still_stands_for_election_without_counting_itself()
    {
        var cluster = TestCluster.Founded(size: 1, spare: 1);
        cluster.Change(1, (AddLearner, 2));
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        // Only server 1 has the entry that makes server 2 the only member.
        cluster.Lose = message => message.Kind == MessageKind.AppendEntries
            && message.AppendEntries.Entries.Span is [.., var last]
            && ConfigurationCodec.TryDecode(last.Data.Span, out var configuration) && !configuration.IsJoint;
        cluster.Change(1, (Promote, 2), (Remove, 1));
        Assert.Equal("(n2)", $"{cluster[1].Raft.Configuration}");
        Assert.Equal("(n2)&(n1)", $"{cluster[2].Raft.Configuration}");

        cluster.Heal();
        cluster.Replace(1, new TestServer(1, 0, cluster[1].Disk.Recover()));
        cluster.Elect(2);
        Assert.NotEqual(Role.Leader, cluster[2].Raft.Role);
        cluster.Elect(1);
        cluster.Heartbeat(1);

        Assert.Equal("(n2)", $"{cluster[2].Raft.Configuration}");
        Assert.Equal(Role.Follower, cluster[1].Raft.Role);
        cluster.Elect(2);
        Assert.Equal(Role.Leader, cluster[2].Raft.Role);
    }

    [Fact]
    public void Who_left_is_told_that_it_is_final_and_no_longer_stands_for_election()
    {
        var cluster = TestCluster.Founded(size: 3);
        Assert.Null(cluster.Change(1, (Remove, 3)));
        for (var beat = 0; beat < 6; beat++)
            cluster.Heartbeat(1);

        cluster[3].Elapse();
        Assert.Equal((Role.Follower, long.MaxValue), (cluster[3].Raft.Role, cluster[3].Raft.NextDeadline));
        Assert.Equal([Id(2)], cluster[1].Raft.Followers.Select(follower => follower.Id));
    }

    /// <summary>A late answer of a removed member: RedisLabs/raft#73.</summary>
    [Fact]
    public void An_answer_of_a_server_that_is_no_member_changes_nothing()
    {
        var cluster = TestCluster.Founded(size: 3);
        Message? late = null;
        cluster.Lose = message =>
        {
            if (message.From == Id(3) && message.Kind == MessageKind.AppendReply)
                late ??= message;
            return message.From == Id(3);
        };
        cluster.Propose(1, "x");
        Assert.Null(cluster.Change(1, (Remove, 3)));
        for (var beat = 0; beat < 6; beat++)
            cluster.Heartbeat(1);

        cluster[1].Receive(late!.Value);

        Assert.Equal([Id(2)], cluster[1].Raft.Followers.Select(follower => follower.Id));
        cluster[1].Receive(new Message(Id(3), Id(1), new(99), 1, new RequestVote(new(99), new(98))));
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
    }
}
