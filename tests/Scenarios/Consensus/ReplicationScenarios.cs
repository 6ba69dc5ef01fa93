using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Paper §5.3 and §5.4.2, after etcd's raft_paper_test.go.</summary>
public sealed class ReplicationScenarios
{
    [Fact]
    [Scenario("TestLeaderStartReplication")]
    public void A_leader_starts_replication_with_one_append_for_each_follower()
    {
        var leader = Leader(3);

        leader.Propose("x");

        Assert.True(leader.Disk.Holds(new(2), new(1)));
        Assert.Equal((new LogIndex(2), new Term(1)), (leader.Raft.LastIndex, leader.Raft.Log.LastTerm));
        var sent = leader.Take();
        Assert.Equal([Id(2), Id(3)], sent.Select(message => message.To));
        Assert.All(sent, message =>
        {
            var append = message.AppendEntries;
            Assert.Equal((new LogIndex(1), new Term(1)), (append.PrevIndex, append.PrevTerm));
            Assert.Equal(new LogIndex(1), append.Commit);
            Assert.Equal([leader.Raft.Log[new(2)]], append.Entries.ToArray());
        });
    }

    [Fact]
    public void All_proposals_of_a_batch_travel_in_one_append()
    {
        var leader = Leader(3);

        leader.Propose("a", "b", "c");

        Assert.All(leader.Take(), message => Assert.Equal(3, message.AppendEntries.Entries.Length));
        Assert.Equal([2L, 3, 4], leader.Proposals.Select(result => result.Index.Value));
    }

    [Fact]
    [Scenario("TestLeaderCommitEntry")]
    public void A_leader_commits_after_a_majority_and_followers_learn_it_with_the_next_message()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster[1].Propose("x");
        cluster.Run();
        Assert.Equal(new LogIndex(2), cluster[1].Raft.CommitIndex);

        cluster.Heartbeat(1);

        Assert.Equal(new LogIndex(2), cluster[2].Raft.CommitIndex);
        Assert.Equal(new LogIndex(2), cluster[3].Raft.CommitIndex);
    }

    [Fact]
    public void Entries_are_heartbeats_and_only_an_idle_leader_sends_others()
    {
        var cluster = TestCluster.Of(3);
        cluster.Pass(cluster[1].Options.ElectionTimeout * 2);
        var interval = cluster[1].Options.HeartbeatInterval;
        cluster[1].Propose("x");
        cluster.Run();
        var heartbeats = 0;
        cluster.Lose = message =>
        {
            if (message.Kind == MessageKind.AppendEntries && message.AppendEntries.Entries.IsEmpty)
                heartbeats++;
            return false;
        };

        for (var turn = 0; turn < 20; turn++)
        {
            cluster.Pass(interval * 0.4);
            cluster[1].Propose("x");
            cluster.Run();
        }

        Assert.Equal(0, heartbeats);
        cluster.Pass(interval * 3);
        Assert.Equal(3 * 2, heartbeats);
    }

    /// <summary>An answer must vouch for a round whose messages left after it had begun, and for no other.</summary>
    [Fact]
    public void Entries_carry_the_round_that_began_before_they_left()
    {
        var cluster = TestCluster.Of(3);
        cluster.Pass(cluster[1].Options.ElectionTimeout * 2);
        var interval = cluster[1].Options.HeartbeatInterval;
        var rounds = new List<long>();
        cluster.Lose = message =>
        {
            if (message.Kind == MessageKind.AppendEntries && message.To == Id(2))
                rounds.Add(message.AppendEntries.Round);
            return false;
        };
        foreach (var pause in (double[])[0.1, 0.3, 0.1, 0.3])
        {
            cluster.Pass(interval * pause);
            cluster[1].Propose("x");
            cluster.Run();
        }

        var first = rounds[0];
        Assert.Equal([first, first + 1, first + 1, first + 2], rounds);
        Assert.All(cluster[1].Raft.Followers, follower => Assert.Equal(first + 2, follower.Round));
    }

    [Fact]
    public void A_follower_that_missed_appends_catches_up_though_entries_put_heartbeats_off()
    {
        var cluster = TestCluster.Of(3);
        cluster.Pass(cluster[1].Options.ElectionTimeout * 2);
        cluster.Isolate(3);
        var interval = cluster[1].Options.HeartbeatInterval;
        for (var turn = 0; turn < 4; turn++)
        {
            cluster[1].Propose("x");
            cluster.Run();
            cluster.Pass(interval * 0.4);
        }

        cluster.Heal();
        for (var turn = 0; turn < 4; turn++)
        {
            cluster[1].Propose("x");
            cluster.Run();
            cluster.Pass(interval * 0.4);
        }

        Assert.Equal(cluster[1].Raft.LastIndex, cluster[3].Raft.LastIndex);
    }

    [Theory]
    [Scenario("TestLeaderAcknowledgeCommit")]
    [InlineData(1, "", true)]
    [InlineData(3, "", false)]
    [InlineData(3, "2", true)]
    [InlineData(3, "23", true)]
    [InlineData(5, "", false)]
    [InlineData(5, "2", false)]
    [InlineData(5, "24", true)]
    [InlineData(5, "235", true)]
    [InlineData(5, "2345", true)]
    [InlineData(2, "", false)]
    [InlineData(2, "2", true)]
    [InlineData(4, "3", false)]
    [InlineData(4, "34", true)]
    public void An_entry_is_committed_once_a_majority_acknowledged_it(int size, string acknowledging, bool committed)
    {
        var leader = Leader(size);
        leader.Propose("x");
        foreach (var append in leader.Take().Where(m => acknowledging.Contains((char)('0' + m.To.Value))))
            leader.Acknowledge(append);

        Assert.Equal(new LogIndex(committed ? 2 : 1), leader.Raft.CommitIndex);
    }

    [Fact]
    public void The_same_follower_acknowledging_twice_is_no_majority()
    {
        var leader = Leader(5);
        leader.Propose("x");
        var append = leader.Take()[0];

        leader.Acknowledge(append);
        leader.Acknowledge(append);

        Assert.Equal(new LogIndex(1), leader.Raft.CommitIndex);
    }

    [Theory]
    [Scenario("TestLeaderCommitPrecedingEntries")]
    [InlineData]
    [InlineData(2L)]
    [InlineData(1L, 2L)]
    [InlineData(1L)]
    public void Committing_an_entry_commits_all_before_it_also_of_older_terms(params long[] terms)
    {
        var leader = new TestServer(1, 3, Recovered(2, Entries(terms)));
        leader.Elect();

        leader.Acknowledge(leader.Take()[0]);

        Assert.Equal(new LogIndex(terms.Length + 1), leader.Raft.CommitIndex);
    }

    [Theory]
    [Scenario("TestLeaderOnlyCommitsLogFromCurrentTerm")]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 3)]
    public void Entries_of_older_terms_do_not_commit_by_counting(long acknowledged, long committed)
    {
        var leader = new TestServer(1, 3, Recovered(2, Entries(1, 2)));
        leader.Elect();

        var reply = new AppendReply(true, new(acknowledged), Term.Zero);
        leader.Receive(new Message(Id(2), Id(1), new(3), leader.Take()[0].Number, reply));

        Assert.Equal(new LogIndex(committed), leader.Raft.CommitIndex);
    }

    [Theory]
    [Scenario("TestFollowerCommitEntry")]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(9, 3)]
    public void A_follower_commits_what_the_leader_says_up_to_what_it_knows_to_match(long commit, long expected)
    {
        var follower = new TestServer(1, 3, Recovered(1, Entries(1)));

        follower.Receive(Append(term: 1, prev: (1, 1), commit, EntriesFrom(2, 1, 1)));

        Assert.Equal(new LogIndex(expected), follower.Raft.CommitIndex);
    }

    [Fact]
    public void A_heartbeat_does_not_commit_a_suffix_that_the_leader_never_sent()
    {
        var follower = new TestServer(1, 3, Recovered(2, Entries(1, 2, 2)));

        follower.Receive(Append(term: 3, prev: (1, 1), commit: 3, []));

        Assert.Equal((new LogIndex(1), new LogIndex(3)), (follower.Raft.CommitIndex, follower.Raft.LastIndex));
    }

    [Theory]
    [Scenario("TestFollowerCheckMsgApp")]
    [InlineData(0, 0, true, 0, 0)]
    [InlineData(1, 1, true, 1, 0)]
    [InlineData(2, 2, true, 2, 0)]
    [InlineData(2, 1, false, 1, 1)]
    [InlineData(3, 3, false, 2, 2)]
    [InlineData(9, 1, false, 1, 1)]
    [InlineData(2, 4, false, 2, 2)]
    public void A_follower_checks_the_previous_entry_and_hints_where_the_logs_can_agree(
        long prevIndex, long prevTerm, bool accepted, long index, long conflictTerm)
    {
        var follower = new TestServer(1, 3, Recovered(2, Entries(1, 2)));

        follower.Receive(Append(term: 5, (prevIndex, prevTerm), commit: 0, []));

        var reply = Assert.Single(follower.Take());
        Assert.Equal(new AppendReply(accepted, new(index), new(conflictTerm)), reply.AppendReply);
        Assert.Equal(3, reply.Number);
    }

    [Theory]
    [Scenario("TestFollowerAppendEntries")]
    [InlineData(2, 2, "3", "123", "3")]
    [InlineData(1, 1, "34", "134", "34")]
    [InlineData(0, 0, "1", "12", "")]
    [InlineData(0, 0, "3", "3", "3")]
    [InlineData(0, 0, "12", "12", "")]
    [InlineData(0, 0, "123", "123", "3")]
    [InlineData(1, 1, "", "12", "")]
    public void A_follower_takes_new_entries_and_truncates_only_on_conflict(
        long prevIndex, long prevTerm, string entries, string expected, string written)
    {
        var follower = new TestServer(1, 3, Recovered(2, Entries(1, 2))) { AutoPersist = false };

        follower.Receive(Append(5, (prevIndex, prevTerm), commit: 0, EntriesFrom(prevIndex + 1, Digits(entries))));

        Assert.Equal(Digits(expected), follower.Terms());
        var appends = follower.Disk.Queued.Where(write => write.Kind == StorageWriteKind.Append);
        Assert.Equal(Digits(written), appends.SelectMany(write => write.Entries.ToArray()).Select(e => e.Term.Value));
    }

    [Theory]
    [Scenario("TestLeaderSyncFollowerLog")]
    [InlineData("111445566")]
    [InlineData("1114")]
    [InlineData("11144556666")]
    [InlineData("111445566677")]
    [InlineData("1114444")]
    [InlineData("11122233333")]
    public void A_leader_brings_the_follower_logs_of_figure_7_into_line(string log)
    {
        var leader = new TestServer(1, 3, Recovered(8, Entries(Digits("1114455666"))));
        var follower = new TestServer(2, 3, Recovered(8, Entries(Digits(log))));
        var cluster = new TestCluster(leader, follower, new TestServer(3, 3, Recovered(8)));

        cluster.Elect(1);
        cluster.Heartbeat(1);

        Assert.Equal(Digits("11144556669"), follower.Terms());
        Assert.Equal(new LogIndex(11), follower.Raft.CommitIndex);
        Assert.Equal(Digits("11144556669"), cluster[3].Terms());
    }

    [Fact]
    public void Figure_8_an_older_entry_on_a_majority_is_not_committed_and_may_be_overwritten()
    {
        var cluster = Figure8();
        cluster.Lose = message => CarriesTerm(message, 4) || message.To == Id(5);
        cluster.Elect(1);
        cluster.Heartbeat(1);
        Assert.All([1, 2, 3], id => Assert.StartsWith("12", Log(cluster[id]), StringComparison.Ordinal));
        Assert.Equal(LogIndex.Zero, cluster[1].Raft.CommitIndex);

        cluster.Isolate(1);
        // The others have voted in term 4 already.
        cluster.Elect(5);
        cluster.Elect(5);
        cluster.Heartbeat(5);

        Assert.All([2, 3, 4, 5], id => Assert.Equal("135", Log(cluster[id])));
        Assert.Equal(new LogIndex(3), cluster[3].Raft.CommitIndex);
    }

    [Fact]
    public void Figure_8_an_entry_of_the_own_term_on_a_majority_commits_the_older_one_for_good()
    {
        var cluster = Figure8();
        cluster.Lose = message => message.To.Value >= 4 && message.Kind == MessageKind.AppendEntries;
        cluster.Elect(1);
        Assert.Equal(new LogIndex(3), cluster[1].Raft.CommitIndex);

        cluster.Isolate(1);
        cluster.Elect(5);

        Assert.NotEqual(Role.Leader, cluster[5].Raft.Role);
        Assert.Equal("124", Log(cluster[3]));
    }

    private static TestCluster Figure8() =>
        new([.. "12 12 1 1 13".Split().Select((log, i) => new TestServer(
            i + 1, 5, Recovered(3, Entries(Digits(log))), configure: options => options with { MaxAppendBytes = 1 }))]);

    private static bool CarriesTerm(Message message, long term) =>
        message.Kind == MessageKind.AppendEntries
        && message.AppendEntries.Entries.ToArray().Any(entry => entry.Term.Value == term);

    private static string Log(TestServer server) => string.Concat(server.Terms());

    private static long[] Digits(string digits) => [.. digits.Select(digit => (long)(digit - '0'))];

    private static TestServer Leader(int size)
    {
        var leader = new TestServer(1, size);
        leader.Elect();
        foreach (var append in leader.Take())
            leader.Acknowledge(append);
        leader.Take();
        return leader;
    }

    private static Message Append(long term, (long Index, long Term) prev, long commit, LogEntry[] entries) =>
        new(Id(2), Id(1), new(term), 3, new AppendEntries(new(prev.Index), new(prev.Term), new(commit), entries));
}
