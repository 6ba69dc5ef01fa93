using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Dissertation §6.4, after etcd's TestReadOnly tests; catalogue class R.</summary>
public sealed class ReadIndexScenarios
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>Catalogue R02: being the leader is not enough.</summary>
    [Fact]
    public void A_leader_answers_after_a_round_that_a_quorum_has_answered()
    {
        var cluster = Ready(3);
        var leader = cluster[1];
        leader.Propose("a");
        cluster.Run();

        leader.Step(Input.Read(7, byLease: false));
        Assert.Empty(leader.Reads);
        cluster.Run();

        Assert.Equal(new ReadResult(7, ReadStatus.Ready, new(2)), Assert.Single(leader.Reads));
        Assert.Equal(new(2), leader.Raft.LastIndex);
    }

    /// <summary>Catalogue R03: an answer to an earlier round proves nothing about now.</summary>
    [Fact]
    public void Answers_to_rounds_from_before_the_read_do_not_count()
    {
        var (leader, _) = Elected();
        leader.Elapse();
        var before = leader.Take();
        leader.Step(Input.Read(1, byLease: false));
        var after = leader.Take();

        leader.Acknowledge(before[0]);
        leader.Acknowledge(before[1]);
        Assert.Empty(leader.Reads);
        leader.Acknowledge(after[0]);
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_round_that_is_due_in_the_same_batch_serves_the_read_too()
    {
        var (leader, _) = Elected();
        leader.Now = leader.Raft.NextDeadline;
        leader.Step(Input.TimePassed, Input.Read(1, byLease: false));
        var sent = leader.Take();

        Assert.Equal(2, sent.Count);
        leader.Acknowledge(sent[0]);
        Assert.Single(leader.Reads);
    }

    /// <summary>Catalogue R01; etcd: TestReadOnlyForNewLeader.</summary>
    [Fact]
    public void A_leader_does_not_answer_before_an_entry_of_its_own_term_is_committed()
    {
        var leader = new TestServer(1, 3, Recovered(1, Entries(1)));
        leader.Elect();
        var first = leader.Take();
        leader.Step(Input.Read(1, byLease: false));
        leader.Elapse();
        // They heard the leader, though what they hold does not reach its own entry yet.
        foreach (var beat in first.Concat(leader.Take()))
            leader.Receive(new Message(beat.To, Id(1), beat.Term, beat.Number,
                new AppendReply(true, new(1), default, beat.AppendEntries.Round)));
        Assert.Empty(leader.Reads);

        var append = leader.Take().Last(message => message.AppendEntries.Entries.Length > 0);
        leader.Acknowledge(append);
        leader.Acknowledge(leader.Take()[0]);

        Assert.Equal(new ReadResult(1, ReadStatus.Ready, new(2)), Assert.Single(leader.Reads));
    }

    [Fact]
    public void Reads_that_arrive_during_a_round_share_the_next_one()
    {
        var (leader, _) = Elected();
        leader.Step(Input.Read(1, byLease: false));
        var first = leader.Take();
        for (var number = 2; number <= 100; number++)
            leader.Step(Input.Read(number, byLease: false));
        Assert.Empty(leader.Take());

        leader.Acknowledge(first[0]);
        Assert.Equal([1L], leader.Reads.Select(read => read.ReadNumber));
        var second = leader.Take();
        Assert.Equal(2, second.Count);
        leader.Acknowledge(second[1]);
        Assert.Equal(Enumerable.Range(1, 100).Select(number => (long)number), leader.Reads.Select(r => r.ReadNumber));
    }

    /// <summary>Catalogue R13: a lost answer in the middle.</summary>
    [Fact]
    public void The_answer_to_a_later_round_stands_for_the_earlier_ones()
    {
        var (leader, _) = Elected();
        leader.Step(Input.Read(1, byLease: false));
        leader.Take();
        leader.Elapse();
        leader.Step(Input.Read(2, byLease: false));
        leader.Elapse();
        var last = leader.Take()[^1];

        leader.Acknowledge(last);

        Assert.Equal([1L, 2L], leader.Reads.Select(read => read.ReadNumber));
    }

    [Fact]
    public void A_read_is_answered_when_a_change_leaves_a_quorum_that_has_answered_R11()
    {
        var leader = new TestServer(1, 2);
        leader.Elect();
        leader.Acknowledge(leader.Take()[^1]);
        leader.Step(Input.ChangeMembership(1, [new(MemberChangeKind.Demote, Id(2))]));
        var joint = leader.Take()[^1];
        leader.Step(Input.Read(7, byLease: false));
        Assert.Empty(leader.Reads);

        // It answers a round from before the read. But it makes the leader the only voter, who needs nobody's answer.
        leader.Acknowledge(joint);

        Assert.Equal("(n1) learners n2", $"{leader.Raft.Configuration}");
        Assert.Single(leader.Reads);
    }

    [Fact]
    public void A_single_server_answers_at_once_but_only_what_its_own_term_has_committed_R15()
    {
        var server = new TestServer(1, 1, Recovered(3, Entries(1, 3))) { AutoPersist = false };
        server.Elapse();
        server.Persist();
        server.Step(Input.Read(1, byLease: false));
        Assert.Equal(new ReadResult(1, ReadStatus.Ready, new(3)), Assert.Single(server.Reads));

        server = new TestServer(1, 1, Recovered(3, Entries(1, 3))) { AutoPersist = false };
        server.Elapse();
        server.PersistFirst(1);
        Assert.Equal(Role.Leader, server.Raft.Role);
        server.Step(Input.Read(1, byLease: false));
        Assert.Empty(server.Reads);
        server.Persist();
        server.Step();
        Assert.Equal(new ReadResult(1, ReadStatus.Ready, new(3)), Assert.Single(server.Reads));
    }

    /// <summary>Catalogue R12 and R10.</summary>
    [Fact]
    public void Without_a_leader_a_read_is_refused_at_once_and_a_deposed_leader_refuses_those_that_wait()
    {
        var server = new TestServer(1, 3);
        server.Step(Input.Read(1, byLease: false));
        Assert.Equal(ReadStatus.NoLeader, Assert.Single(server.Reads).Status);

        var (leader, _) = Elected();
        leader.Step(Input.Read(1, byLease: false));
        leader.Receive(new Message(Id(2), Id(1), new(9), 0, new AppendReply(false, default, default)));
        Assert.Equal(ReadStatus.NoLeader, Assert.Single(leader.Reads).Status);
    }

    /// <summary>etcd: TestReadOnlyOptionSafe, on each server.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_follower_asks_its_leader_and_waits_for_the_index(int reader)
    {
        var cluster = Ready(3);
        cluster[1].Propose("a", "b");
        cluster.Run();

        cluster[reader].Step(Input.Read(5, byLease: false), Input.Read(6, byLease: false));
        cluster.Run();

        Assert.Equal(
            [new ReadResult(5, ReadStatus.Ready, new(3)), new ReadResult(6, ReadStatus.Ready, new(3))],
            cluster[reader].Reads);
    }

    [Fact]
    public void The_answer_says_what_is_committed_so_that_the_read_need_not_wait_for_the_next_append()
    {
        var cluster = Ready(3);
        cluster[1].Propose("a", "b");
        cluster.Run();
        Assert.Equal(new LogIndex(1), cluster[2].Raft.CommitIndex);

        // The round of the read comes with the commit index, too; a follower that misses it has the answer only.
        cluster.Lose = message => message.Kind == MessageKind.AppendEntries && message.To == Id(2);
        cluster[2].Step(Input.Read(5, byLease: false));
        cluster.Run();

        Assert.Equal(new ReadResult(5, ReadStatus.Ready, new(3)), Assert.Single(cluster[2].Reads));
        Assert.Equal(new LogIndex(3), cluster[2].Raft.CommitIndex);
    }

    [Fact]
    public void An_answer_commits_no_entry_that_the_leader_has_not_sent()
    {
        var server = new TestServer(2, 3, Recovered(3, Entries(1, 3, 3)));
        // Not matched beyond the first entry; the others are a deposed leader's.
        server.Receive(new Message(Id(1), Id(2), new(4), 1, new AppendEntries(new(1), new(1), new(1), default, 1)));
        server.Step(Input.Read(5, byLease: false));
        var asked = server.Take().Single(message => message.Kind == MessageKind.ReadIndex);

        server.Receive(new Message(Id(1), Id(2), new(4), asked.Number, new ReadIndexReply(new(3))));

        Assert.Equal(new LogIndex(1), server.Raft.CommitIndex);
    }

    /// <summary>Catalogue R10: the leader that is asked confirms that it leads.</summary>
    [Fact]
    public void A_follower_cut_off_together_with_its_leader_gets_no_answer()
    {
        var cluster = Ready(5);
        cluster.Lose = message => (message.From.Value <= 2) != (message.To.Value <= 2);
        cluster[2].Step(Input.Read(1, byLease: false));
        cluster.Run();
        Assert.Empty(cluster[2].Reads);

        cluster.Pass(_timeout * 4);

        Assert.Equal(ReadStatus.NoLeader, Assert.Single(cluster[2].Reads).Status);
        Assert.Single([3, 4, 5], id => cluster[id].Raft.Role == Role.Leader);
    }

    [Fact]
    public void A_follower_asks_again_when_question_or_answer_are_lost()
    {
        var cluster = Ready(3);
        var lost = 0;
        cluster.Lose = message =>
            message.Kind is MessageKind.ReadIndex or MessageKind.ReadIndexReply && ++lost is 1 or 3;
        cluster[2].Step(Input.Read(1, byLease: false));
        cluster.Run();
        Assert.Empty(cluster[2].Reads);

        cluster.Pass(_timeout * 2);

        Assert.Equal(ReadStatus.Ready, Assert.Single(cluster[2].Reads).Status);
    }

    [Fact]
    public void A_question_to_a_server_that_no_longer_leads_is_refused()
    {
        var server = new TestServer(1, 3, Recovered(4));
        server.Receive(new Message(Id(2), Id(1), new(4), 5, new ReadIndex(false)));
        Assert.Equal(LogIndex.Zero, Assert.Single(server.Take()).ReadIndexReply.Index);

        var follower = new TestServer(1, 3);
        follower.Receive(new Message(Id(2), Id(1), new(4), 1, new AppendEntries(default, default, default, default)));
        follower.Step(Input.Read(3, byLease: false));
        var question = follower.Take()[^1];
        follower.Receive(new Message(Id(2), Id(1), new(4), question.Number, new ReadIndexReply(LogIndex.Zero)));
        Assert.Equal(ReadStatus.NoLeader, Assert.Single(follower.Reads).Status);
    }

    /// <summary>Seed 1938 of a sweep: a leader lost its disk, and was still asked by a follower.</summary>
    [Fact]
    public void A_refusal_does_not_tell_a_term_that_is_not_durable()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };

        server.Receive(new Message(Id(2), Id(1), new(4), 5, new ReadIndex(false)));

        Assert.Empty(server.Take());
        server.Persist();
        Assert.Equal(new(4), Assert.Single(server.Take()).Term);
    }

    /// <summary>An answer that an earlier incarnation asked for says nothing about reads that came after it.</summary>
    [Theory]
    [InlineData(3, 8)]
    [InlineData(8, 3)]
    public void An_answer_to_an_earlier_incarnation_is_ignored(int drawnBefore, int drawnNow)
    {
        var (before, early) = Asking(drawnBefore);
        var (now, late) = Asking(drawnNow);
        Assert.NotEqual(early.Number, late.Number);

        now.Receive(new Message(Id(2), Id(1), new(4), early.Number, new ReadIndexReply(new(5))));
        Assert.Empty(now.Reads);
        now.Receive(new Message(Id(2), Id(1), new(4), late.Number, new ReadIndexReply(new(9))));
        Assert.Equal(new ReadResult(3, ReadStatus.Ready, new(9)), Assert.Single(now.Reads));
        Assert.Empty(before.Reads);

        static (TestServer Follower, Message Question) Asking(int drawn)
        {
            var follower = new TestServer(1, 3, random: _ => drawn);
            follower.Receive(
                new Message(Id(2), Id(1), new(4), 1, new AppendEntries(default, default, default, default)));
            follower.Step(Input.Read(3, byLease: false));
            return (follower, follower.Take()[^1]);
        }
    }

    [Fact]
    public void Beyond_the_limit_reads_are_turned_away()
    {
        var leader = new TestServer(1, 3, configure: options => options with { MaxWaitingReads = 2 });
        leader.Elect();
        for (var number = 1; number <= 3; number++)
            leader.Step(Input.Read(number, byLease: false));
        Assert.Equal(new ReadResult(3, ReadStatus.Busy, default), Assert.Single(leader.Reads));
    }

    private static TestCluster Ready(int size)
    {
        var cluster = TestCluster.Of(size, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        return cluster;
    }

    private static (TestServer Leader, IReadOnlyList<Message> Sent) Elected()
    {
        var leader = new TestServer(1, 3);
        leader.Elect();
        var sent = leader.Take();
        foreach (var append in sent)
            leader.Acknowledge(append);
        leader.Take();
        Assert.Equal(new(1), leader.Raft.CommitIndex);
        return (leader, sent);
    }
}
