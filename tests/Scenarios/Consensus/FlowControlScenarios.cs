using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Probing, the in-flight window, batching, back-tracking, the bound on uncommitted bytes.</summary>
public sealed class FlowControlScenarios
{
    [Fact]
    public void A_probe_is_sent_once_and_repeated_with_the_heartbeat_under_the_same_number()
    {
        var leader = new TestServer(1, 2);
        leader.Elect();
        var probe = Assert.Single(leader.Take());
        leader.Propose("a");
        leader.Propose("b");
        Assert.Empty(leader.Take());

        leader.Elapse();

        var repeated = Assert.Single(leader.Take());
        Assert.Equal((probe.Number, 0), (repeated.Number, repeated.AppendEntries.Entries.Length));
        leader.Acknowledge(repeated);
        Assert.Equal(3, Assert.Single(leader.Take()).AppendEntries.Entries.Length);
        Assert.Equal(ReplicationState.Replicate, leader.Raft.Followers[0].State);
    }

    [Fact]
    public void The_window_fills_and_each_acknowledgement_makes_room()
    {
        var leader = Leader(window: 2);
        leader.Propose("a");
        leader.Propose("b");
        leader.Propose("c");
        var sent = leader.Take();
        Assert.Equal(2, sent.Count);

        leader.Acknowledge(sent[0]);

        Assert.Equal(new LogIndex(4), Assert.Single(leader.Take()).AppendEntries.Entries.Span[0].Index);
    }

    [Fact]
    public void A_window_full_of_lost_acknowledgements_is_freed_by_the_next_heartbeat()
    {
        var leader = Leader(window: 2);
        leader.Propose("a");
        leader.Propose("b");
        leader.Propose("c");
        leader.Take();

        leader.Elapse();
        var heartbeat = Assert.Single(leader.Take());
        Assert.Equal(new LogIndex(3), heartbeat.AppendEntries.PrevIndex);
        leader.Acknowledge(heartbeat);

        Assert.Equal(new LogIndex(3), leader.Raft.CommitIndex);
        Assert.Equal(new LogIndex(4), Assert.Single(leader.Take()).AppendEntries.Entries.Span[0].Index);
    }

    [Fact]
    public void A_window_full_of_lost_appends_is_sent_again_after_the_next_heartbeat()
    {
        var cluster = new TestCluster(Server(1, 2, window: 2), Server(2, 2, window: 2));
        cluster.Elect(1);
        cluster.Lose = _ => true;
        for (var i = 0; i < 5; i++)
        {
            cluster[1].Propose("x");
            cluster.Run();
        }

        cluster.Heal();
        cluster.Heartbeat(1);

        Assert.Equal(new LogIndex(6), cluster[1].Raft.CommitIndex);
        Assert.Equal(new LogIndex(6), cluster[2].Raft.LastIndex);
    }

    [Fact]
    public void Late_rejections_change_nothing_and_late_acknowledgements_never_lower_the_match_index()
    {
        var leader = Leader(window: 8);
        leader.Propose("a");
        leader.Propose("b");
        var sent = leader.Take();
        leader.Acknowledge(sent[1]);
        leader.Acknowledge(sent[0]);
        Assert.Equal(new LogIndex(3), leader.Raft.MatchIndex(Id(2)));

        foreach (var request in sent)
            Reject(leader, request, index: 0, term: 0);

        var progress = leader.Raft.Followers[0];
        Assert.Equal(
            (new LogIndex(3), new LogIndex(4), ReplicationState.Replicate),
            (progress.Match, progress.Next, progress.State));
        Assert.Empty(leader.Take());
    }

    [Fact]
    public void A_rejection_while_replicating_goes_back_to_the_match_index_whatever_it_hints()
    {
        var leader = Leader(window: 8);
        leader.Propose("a");
        leader.Propose("b");

        Reject(leader, leader.Take()[1], index: 0, term: 0);

        var progress = leader.Raft.Followers[0];
        Assert.Equal((ReplicationState.Probe, new LogIndex(2)), (progress.State, progress.Next));
        Assert.Equal(2, Assert.Single(leader.Take()).AppendEntries.Entries.Length);
    }

    [Fact]
    public void An_answer_to_no_request_of_this_leader_is_dropped()
    {
        var leader = Leader(window: 8);
        leader.Propose("a");
        var sent = Assert.Single(leader.Take());
        var matched = new AppendReply(true, new(2), Term.Zero);

        leader.Receive(new Message(Id(2), Id(1), new(1), sent.Number + 100, matched));
        leader.Receive(new Message(Id(2), Id(1), new(1), 0, matched));
        leader.Receive(new Message(Id(2), Id(1), new(0), sent.Number, matched));

        Assert.Equal(new LogIndex(1), leader.Raft.MatchIndex(Id(2)));
    }

    [Fact]
    public void An_entry_larger_than_the_batch_limit_travels_alone()
    {
        var leader = Leader(window: 8, batch: 10);

        leader.Propose("0123", "4567", "a much larger command", "89", "ab");

        Assert.Equal(
            [2, 1, 2], leader.Take().Select(message => message.AppendEntries.Entries.Length));
    }

    [Fact]
    public void Commands_without_bytes_travel_in_batches_too()
    {
        var leader = Leader(window: 8);

        leader.Propose([.. Enumerable.Repeat("", 2000)]);

        Assert.Equal(2000, leader.Take().Sum(message => message.AppendEntries.Entries.Length));
    }

    [Theory]
    [InlineData("1", 60, "2", 60, 2)]
    [InlineData("1", 200, "23", 100, 2)]
    [InlineData("12345", 100, "67", 300, 2)]
    [InlineData("135", 50, "246", 50, 4)]
    [InlineData("1", 500, "", 0, 2)]
    public void Back_tracking_takes_at_most_one_round_for_each_term(
        string leaderTerms, int leaderRun, string followerTerms, int followerRun, int maxRejections)
    {
        var leader = new TestServer(1, 2, Recovered(9, Entries(Runs(leaderTerms, leaderRun))));
        var follower = new TestServer(2, 2, Recovered(9, Entries(Runs("1", 3)[..2].Concat(
            Runs(followerTerms, followerRun)).ToArray())));
        var rejections = 0;
        var cluster = new TestCluster(leader, follower)
        {
            Lose = message =>
            {
                rejections += message.Kind == MessageKind.AppendReply && !message.AppendReply.Accepted ? 1 : 0;
                return false;
            },
        };
        leader.Receive(new Message(Id(2), Id(1), new(10), 0, new VoteReply(false)));
        leader.Elapse();
        var request = leader.Take()[0];
        leader.Receive(new Message(Id(2), Id(1), request.Term, request.Number, new VoteReply(true)));
        cluster.Run();

        Assert.Equal(leader.Terms(), follower.Terms());
        Assert.InRange(rejections, 0, maxRejections);
    }

    [Fact]
    public void Too_many_uncommitted_bytes_are_refused_as_busy_until_they_commit()
    {
        var leader = Leader(window: 8, uncommitted: 10);
        leader.Propose("0123456", "0123456", "x");
        Assert.Equal(
            [ProposalStatus.Appended, ProposalStatus.Appended, ProposalStatus.Busy],
            leader.Proposals.Select(result => result.Status));

        leader.Acknowledge(leader.Take()[0]);
        leader.Propose("x");

        Assert.Equal(ProposalStatus.Appended, leader.Proposals[^1].Status);
    }

    [Fact]
    public void The_window_is_full_with_so_many_bytes_too_but_one_append_always_fits()
    {
        var leader = new TestServer(1, 2, configure: options => options with
        {
            MaxAppendBytes = 4,
            MaxInflightBytes = 8,
        });
        leader.Elect();
        leader.Acknowledge(leader.Take()[0]);
        leader.Propose("aaaa", "bbbb", "cccc", "larger than the window", "d");
        var sent = leader.Take();
        Assert.Equal([4, 4], sent.Select(append => append.AppendEntries.Entries.Span[0].Data.Length));
        Assert.Equal(8, leader.Raft.Followers[0].InflightBytes);

        leader.Acknowledge(sent[0]);
        leader.Acknowledge(leader.Take()[0]);

        Assert.Equal(22, Assert.Single(leader.Take()).AppendEntries.Entries.Span[0].Data.Length);
        Assert.Equal(22, leader.Raft.Followers[0].InflightBytes);
    }

    [Fact]
    public void A_leader_whose_own_disk_hangs_sends_and_commits_but_takes_no_more_than_the_bound()
    {
        var leader = new TestServer(1, 3, configure: options => options with { MaxUncommittedBytes = 20 });
        leader.Elect();
        AcknowledgeAll(leader);
        leader.AutoPersist = false;
        var busy = 0;
        for (var i = 0; i < 10; i++)
        {
            leader.Propose("0123456789");
            busy += leader.Proposals[^1].Status == ProposalStatus.Busy ? 1 : 0;
            AcknowledgeAll(leader);
        }

        Assert.Equal((8, new LogIndex(3)), (busy, leader.Raft.CommitIndex));
        leader.Persist();
        leader.Propose("goes on");
        Assert.Equal(ProposalStatus.Appended, leader.Proposals[^1].Status);

        static void AcknowledgeAll(TestServer leader)
        {
            foreach (var append in leader.Take())
                leader.Acknowledge(append);
        }
    }

    [Fact]
    public void Entries_that_a_snapshot_has_replaced_no_longer_count_whatever_the_own_disk_does()
    {
        var leader = new TestServer(1, 3, configure: options => options with { MaxUncommittedBytes = 20 });
        leader.Elect();
        leader.AutoPersist = false;
        leader.Propose("0123456789", "0123456789");
        foreach (var append in leader.Take())
            leader.Acknowledge(append);
        foreach (var append in leader.Take())
            leader.Acknowledge(append);
        leader.Apply();
        Assert.Equal(new LogIndex(3), leader.Raft.AppliedIndex);
        leader.Step(Input.SnapshotTaken(new SnapshotId(new(3), leader.Raft.Term), new(3)));

        leader.Propose("x");

        Assert.Equal(ProposalStatus.Appended, leader.Proposals[^1].Status);
        leader.Persist();
    }

    [Fact]
    public void The_uncommitted_bytes_are_counted_anew_on_election()
    {
        var leader = new TestServer(
            1, 2, Recovered(1, Entries(1, 1)), configure: options => options with { MaxUncommittedBytes = 17 });
        leader.Elect();
        leader.Propose("1", "2");
        Assert.Equal(
            [ProposalStatus.Appended, ProposalStatus.Busy], leader.Proposals.Select(result => result.Status));

        leader.Receive(new Message(Id(2), Id(1), new(5), 0, new VoteReply(false)));
        var commitAll = new AppendEntries(new(2), new(1), new(2), default);
        leader.Receive(new Message(Id(2), Id(1), new(5), 1, commitAll));
        leader.Propose("3");
        Assert.Equal(ProposalStatus.NotLeader, leader.Proposals[^1].Status);
        leader.Take();
        leader.Elect();
        leader.Propose("4");
        Assert.Equal(ProposalStatus.Appended, leader.Proposals[^1].Status);
    }

    private static long[] Runs(string terms, int length) =>
        [.. terms.SelectMany(term => Enumerable.Repeat((long)(term - '0'), length))];

    private static void Reject(TestServer leader, Message request, long index, long term) =>
        leader.Receive(new Message(
            request.To, request.From, request.Term, request.Number, new AppendReply(false, new(index), new(term))));

    private static TestServer Server(int id, int size, int window, int batch = 1 << 20, long uncommitted = 1 << 20) =>
        new(id, size, configure: options => options with
        {
            MaxInflightAppends = window,
            MaxAppendBytes = batch,
            MaxUncommittedBytes = uncommitted,
        });

    private static TestServer Leader(int window, int batch = 1 << 20, long uncommitted = 1 << 20)
    {
        var leader = Server(1, 2, window, batch, uncommitted);
        leader.Elect();
        leader.Acknowledge(leader.Take()[0]);
        return leader;
    }
}
