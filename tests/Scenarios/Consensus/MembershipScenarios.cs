using RaftKv.Consensus;
using RaftKv.Storage;
using Xunit;
using static RaftKv.Consensus.MemberChangeKind;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Changes of membership: paper §6, dissertation chapter 4, and after etcd's confchange scripts.</summary>
public sealed class MembershipScenarios
{
    /// <summary>After etcd's confchange_v1_add_single.</summary>
    [Fact]
    public void A_new_server_comes_in_as_a_learner_catches_up_and_is_promoted_through_a_joint_configuration()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Change(1, (AddLearner, 4));
        Assert.Equal("(n1 n2 n3) learners n4", $"{cluster[1].Raft.Configuration}");
        cluster.Heartbeat(1);
        Assert.Equal(cluster[1].Raft.LastIndex, cluster[4].Raft.LastIndex);

        cluster.Change(1, (Promote, 4));

        Assert.Equal("(n1 n2 n3 n4)", $"{cluster[4].Raft.Configuration}");
        Assert.Equal(
            ["(n1 n2 n3 n4)&(n1 n2 n3)", "(n1 n2 n3 n4)"],
            Configurations(cluster[1]).TakeLast(2).Select(each => $"{each}"));
    }

    [Fact]
    public void A_learner_that_has_not_caught_up_is_not_promoted()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Isolate(4);
        cluster.Change(1, (AddLearner, 4));

        Assert.Equal("learner n4 has not caught up", cluster.Change(1, (Promote, 4)));

        cluster.Heal();
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        Assert.Null(cluster.Change(1, (Promote, 4)));
        cluster.Change(1, (AddLearner, 5));
        cluster.Isolate(4);
        for (var beat = 0; beat < 10; beat++)
            cluster.Heartbeat(1);
        Assert.Null(cluster.Change(1, (Demote, 4)));
        Assert.Equal("learner n4 has not caught up", cluster.Change(1, (Promote, 4)));
    }

    /// <summary>The bug of raft-dev, July 2015.</summary>
    [Fact]
    public void A_leader_changes_nothing_before_an_entry_of_its_own_term_is_committed()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Lose = message => message.Kind == MessageKind.AppendReply;
        cluster.Elect(2);

        Assert.Equal(
            "the leader has not committed an entry of its term", cluster.Change(2, (AddLearner, 4)));

        cluster.Heal();
        cluster.Heartbeat(2);
        Assert.Null(cluster.Change(2, (AddLearner, 4)));
    }

    /// <summary>After etcd's TestStepConfig and TestStepIgnoreConfig.</summary>
    [Fact]
    public void One_change_at_a_time()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Isolate(1);

        Assert.Null(cluster.Change(1, (AddLearner, 4)));
        Assert.StartsWith("another change", cluster.Change(1, (AddLearner, 5)), StringComparison.Ordinal);
        Assert.Equal(ProposalStatus.NotLeader, cluster.Propose(2, (AddLearner, 5)).Status);

        cluster.Heal();
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        Assert.Null(cluster.Change(1, (AddLearner, 5)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("add 3 is a member")]
    [InlineData("add 2 add 9 is a member")]
    [InlineData("add 9 add 9 to change twice")]
    [InlineData("promote 1 does not apply")]
    [InlineData("promote 9 is not a member")]
    [InlineData("demote 9 is not a member")]
    [InlineData("demote 1 demote 2 demote 3 no voter")]
    [InlineData("remove 1 remove 2 remove 3 no voter")]
    [InlineData("remove 1 add 1 to change twice")]
    public void Changes_that_make_no_sense_are_refused(string text)
    {
        var words = text.Split(' ');
        var changes = new List<(MemberChangeKind, int)>();
        var i = 0;
        for (; i + 1 < words.Length && int.TryParse(words[i + 1], out var id); i += 2)
        {
            changes.Add((words[i] switch
            {
                "add" => AddLearner,
                "promote" => Promote,
                "demote" => Demote,
                _ => Remove,
            }, id));
        }

        var cluster = TestCluster.Founded(size: 3);
        var last = cluster[1].Raft.LastIndex;

        var refusal = cluster.Change(1, [.. changes]);

        Assert.Contains(string.Join(' ', words[i..]), refusal, StringComparison.Ordinal);
        Assert.Equal(last, cluster[1].Raft.LastIndex);
    }

    /// <summary>After hashicorp's and etcd's rule that a removed member's id is never used again.</summary>
    [Fact]
    public void An_id_is_never_used_twice()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Change(1, (Remove, 3));
        cluster.Heartbeat(1);

        Assert.StartsWith("id n3 has been used", cluster.Change(1, (AddLearner, 3)), StringComparison.Ordinal);
        Assert.Null(cluster.Change(1, (AddLearner, 4)));
    }

    /// <summary>After etcd's confchange_v1_remove_leader and confchange_v1_remove_leader_stepdown.</summary>
    [Fact]
    public void A_leader_that_removes_itself_leads_without_counting_itself_until_that_is_committed()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Lose = message => message.Kind == MessageKind.AppendReply && message.From == Id(3);
        Assert.Null(cluster.Change(1, (Remove, 1)));

        // The joint configuration has majorities of both halves only with server 3.
        Assert.Equal((Role.Leader, "(n2 n3)&(n1 n2 n3)"), (cluster[1].Raft.Role, $"{cluster[1].Raft.Configuration}"));
        cluster.Heal();
        cluster.Lose = message => message.Kind == MessageKind.AppendReply && message.From == Id(3)
            && message.AppendReply.Index == cluster[1].Raft.LastIndex
            && !cluster[1].Raft.Configuration.IsJoint;
        cluster.Heartbeat(1);
        Assert.Equal((Role.Leader, "(n2 n3)"), (cluster[1].Raft.Role, $"{cluster[1].Raft.Configuration}"));
        Assert.True(cluster[1].Raft.CommitIndex < cluster[1].Raft.LastIndex);

        cluster.Heal();
        cluster.Heartbeat(1);
        Assert.Equal(Role.Leader, cluster[2].Raft.Role);
        Assert.Equal(cluster[1].Raft.LastIndex, cluster[1].Raft.CommitIndex);
        // Nobody sends it anything any more, but the others' answers tell.
        cluster.Heartbeat(1);
        Assert.Equal((Role.Follower, long.MaxValue), (cluster[1].Raft.Role, cluster[1].Raft.NextDeadline));
        Assert.Empty(cluster[1].Transfers);
    }

    [Fact]
    public void What_a_cluster_was_founded_with_stays_with_it_and_tells_it_from_others()
    {
        var founders = new Configuration([new(Id(1), "a:1", MemberRole.Voter), new(Id(2), "b:1", MemberRole.Voter)]);
        var founding = FirstStart.Founds(founders).Configuration!;
        Assert.NotEqual(0UL, founding.Founding);
        Assert.Equal(founding.Founding, FirstStart.Founds(founders).Configuration!.Founding);
        var others = new Configuration([new(Id(1), "a:1", MemberRole.Voter), new(Id(2), "b:2", MemberRole.Voter)]);
        Assert.NotEqual(founding.Founding, FirstStart.Founds(others).Configuration!.Founding);

        Assert.Null(ConfigurationChange.Begin(founding, [new(Remove, Id(2), "")], out var joint));
        Assert.Null(ConfigurationChange.Begin(founding, [new(AddLearner, Id(3), "c:1")], out var larger));

        Assert.All([joint, larger, ConfigurationChange.End(joint)], later =>
        {
            Assert.True(ConfigurationCodec.TryDecode(ConfigurationCodec.Encode(later), out var read));
            Assert.Equal(founding.Founding, read.Founding);
        });
    }

    [Fact]
    public void A_leader_that_has_removed_itself_hands_over_at_once_and_leaves_after_a_time_out_at_the_latest()
    {
        var cluster = TestCluster.Founded(size: 3);
        cluster.Lose = message => message.Kind == MessageKind.TimeoutNow;

        Assert.Null(cluster.Change(1, (Remove, 1)));

        // The configuration without it is committed. It goes on until someone else leads.
        Assert.Equal((Role.Leader, Id(2)), (cluster[1].Raft.Role, cluster[1].Raft.Successor));
        cluster[1].Propose("x");
        Assert.Equal(ProposalStatus.Busy, cluster[1].Proposals[^1].Status);
        for (var beat = 0; beat < 4; beat++)
            cluster.Heartbeat(1);
        Assert.Equal(Role.Follower, cluster[1].Raft.Role);
        cluster.Elect(3);
        Assert.Equal(Role.Leader, cluster[3].Raft.Role);
    }

    /// <summary>After etcd's confchange_v2_replace_leader.</summary>
    [Fact]
    public void All_servers_are_replaced_in_one_change()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 3);
        cluster.Change(1, (AddLearner, 4), (AddLearner, 5), (AddLearner, 6));
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);

        Assert.Null(cluster.Change(
            1, (Promote, 4), (Promote, 5), (Promote, 6), (Remove, 1), (Remove, 2), (Remove, 3)));

        Assert.Contains("(n4 n5 n6)&(n1 n2 n3)", Configurations(cluster[1]).Select(each => $"{each}"));
        Assert.Equal("(n4 n5 n6)", $"{cluster[1].Raft.Configuration}");
        Assert.Equal(Role.Leader, cluster[4].Raft.Role);
        cluster.Propose(4, "x");
        Assert.Equal(cluster[4].Raft.LastIndex, cluster[4].Raft.CommitIndex);
        Assert.Equal(3, cluster[4].Raft.Configuration.Members.Count);
    }

    [Theory]
    [InlineData(4, 5, false)]
    [InlineData(2, 3, false)]
    [InlineData(3, 5, true)]
    public void In_a_joint_configuration_each_half_must_agree(int silent, int alsoSilent, bool agree)
    {
        var cluster = TestCluster.Founded(size: 3, spare: 2);
        cluster.Change(1, (AddLearner, 4), (AddLearner, 5));
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        cluster.Isolate(silent, alsoSilent);

        cluster.Change(1, (Promote, 4), (Promote, 5), (Remove, 2), (Remove, 3));
        cluster.Heartbeat(1);

        var expected = agree ? "(n1 n4 n5)" : "(n1 n4 n5)&(n1 n2 n3)";
        Assert.Equal(expected, $"{cluster[1].Raft.Configuration}");
        if (!agree)
            Assert.True(cluster[1].Raft.CommitIndex < cluster[1].Raft.LastIndex);
    }

    [Fact]
    public void A_new_leader_ends_the_joint_configuration_that_it_finds_in_its_log()
    {
        var cluster = TestCluster.Founded(size: 3, spare: 1);
        cluster.Change(1, (AddLearner, 4));
        cluster.Heartbeat(1);
        cluster.Heartbeat(1);
        cluster.Lose = message => message.Kind == MessageKind.AppendReply;
        cluster.Change(1, (Promote, 4));
        Assert.True(cluster[2].Raft.Configuration.IsJoint);

        cluster.Isolate(1);
        cluster.Elect(2);
        cluster.Heartbeat(2);

        Assert.Equal((Role.Leader, "(n1 n2 n3 n4)"), (cluster[2].Raft.Role, $"{cluster[2].Raft.Configuration}"));
        Assert.Equal(cluster[2].Raft.LastIndex, cluster[2].Raft.CommitIndex);
    }

    private static IEnumerable<Configuration> Configurations(TestServer server)
    {
        for (var index = server.Raft.FirstIndex; index <= server.Raft.LastIndex; index = index.Next)
        {
            if (ConfigurationCodec.TryDecode(server.Raft.Log[index].Data.Span, out var configuration))
                yield return configuration;
        }
    }
}
