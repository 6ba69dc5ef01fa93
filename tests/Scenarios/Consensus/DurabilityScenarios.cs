using RaftKv.Consensus;
using RaftKv.Diagnostics;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>No promise leaves before the state it promises is durable.</summary>
public sealed class DurabilityScenarios
{
    [Fact]
    public void Vote_requests_wait_for_the_own_vote_and_term_in_one_write()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };
        server.Elapse();

        Assert.Equal(new HardState(new(1), Id(1)), Assert.Single(server.Disk.Queued).HardState);
        Assert.Empty(server.Take());
        Assert.Equal([1L, 1], server.Held.Select(message => message.After));
        server.Persist();
        Assert.Equal(2, server.Take().Count);
    }

    [Fact]
    public void A_vote_waits_for_its_write_and_so_does_a_repeated_vote()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };
        var request = new Message(Id(2), Id(1), new(4), 1, new RequestVote(default, default));

        server.Receive(request);
        server.Receive(request);

        Assert.Equal(new HardState(new(4), Id(2)), Assert.Single(server.Disk.Queued).HardState);
        Assert.Equal([1L, 1], server.Held.Select(message => message.After));
        server.Persist();
        server.Receive(request);
        Assert.Equal(3, server.Take().Count);
    }

    [Fact]
    public void Even_a_refusal_does_not_tell_a_term_that_is_not_durable()
    {
        var server = new TestServer(1, 3, Recovered(2, Entries(2))) { AutoPersist = false };

        server.Receive(new Message(Id(2), Id(1), new(4), 1, new RequestVote(default, default)));

        Assert.False(Assert.Single(server.Held).Message.VoteReply.Granted);
        Assert.Equal(new HardState(new(4), default), Assert.Single(server.Disk.Queued).HardState);
    }

    [Fact]
    public void An_append_reply_waits_for_the_entries_which_follow_their_term()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };

        server.Receive(Append(term: 1, prev: (0, 0), Entries(1, 1)));

        Assert.Equal(
            [StorageWriteKind.HardState, StorageWriteKind.Append], server.Disk.Queued.Select(write => write.Kind));
        Assert.Equal(2, Assert.Single(server.Held).After);
        server.PersistFirst(1);
        Assert.Empty(server.Take());
        Assert.Equal(LogIndex.Zero, server.Raft.DurableIndex);
        server.PersistFirst(1);
        Assert.Equal(new LogIndex(2), Assert.Single(server.Take()).AppendReply.Index);
        Assert.Equal(new LogIndex(2), server.Raft.DurableIndex);
    }

    [Fact]
    public void A_heartbeat_is_not_acknowledged_ahead_of_the_entries_before_it()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };
        server.Receive(Append(term: 1, prev: (0, 0), Entries(1, 1)));
        server.Receive(Append(term: 1, prev: (2, 1), []));

        Assert.All(server.Held, message => Assert.Equal(2, message.After));
    }

    [Fact]
    public void A_heartbeat_is_answered_at_once_for_what_is_durable()
    {
        var server = new TestServer(1, 3);
        server.Receive(Append(term: 1, prev: (0, 0), Entries(1)));
        server.Take();
        server.AutoPersist = false;
        server.Receive(Append(term: 1, prev: (1, 1), EntriesFrom(2, 1)));
        Assert.Empty(server.Take());

        server.Receive(Append(term: 1, prev: (2, 1), []));

        var reply = Assert.Single(server.Take()).AppendReply;
        Assert.Equal((true, new LogIndex(1)), (reply.Accepted, reply.Index));
        server.Persist();
        Assert.Equal(new LogIndex(2), Assert.Single(server.Take()).AppendReply.Index);
    }

    [Fact]
    public void A_leader_sends_before_its_own_flush_but_counts_itself_only_after_it()
    {
        var leader = new TestServer(1, 3);
        leader.Elect();
        leader.Acknowledge(leader.Take()[0]);
        leader.AutoPersist = false;

        leader.Propose("x");
        var append = leader.Take()[0];
        leader.Acknowledge(append);

        Assert.Equal(new LogIndex(1), leader.Raft.CommitIndex);
        Assert.Equal(new LogIndex(1), leader.Raft.MatchIndex(Id(1)));
        leader.Persist();
        Assert.Equal(new LogIndex(2), leader.Raft.CommitIndex);
    }

    [Fact]
    public void The_others_may_commit_what_the_leader_has_not_flushed()
    {
        var leader = new TestServer(1, 3);
        leader.Elect();
        leader.AutoPersist = false;
        leader.Propose("x");
        foreach (var append in leader.Take().GroupBy(m => m.To).Select(group => group.Last()))
            leader.Receive(new Message(
                append.To, Id(1), append.Term, append.Number, new AppendReply(true, new(2), Term.Zero)));

        Assert.Equal((new LogIndex(2), new LogIndex(1)), (leader.Raft.CommitIndex, leader.Raft.DurableIndex));
    }

    [Fact]
    public void The_completion_of_an_older_append_does_not_vouch_for_newer_entries_at_the_index()
    {
        var server = new TestServer(1, 3) { AutoPersist = false };
        server.Receive(Append(term: 1, prev: (0, 0), Entries(1, 1, 1)));
        server.Receive(Append(term: 2, prev: (1, 1), EntriesFrom(2, 2, 2)));
        Assert.Equal(4, server.Disk.Queued.Count);

        server.PersistFirst(2);
        Assert.Equal(new LogIndex(1), server.Raft.DurableIndex);
        server.PersistFirst(1);
        Assert.Equal(new LogIndex(1), server.Raft.DurableIndex);
        server.PersistFirst(1);
        Assert.Equal(new LogIndex(3), server.Raft.DurableIndex);
    }

    [Fact]
    public void Truncation_takes_back_what_was_durable()
    {
        var server = new TestServer(1, 3);
        server.Receive(Append(term: 1, prev: (0, 0), Entries(1, 1, 1)));
        Assert.Equal(new LogIndex(3), server.Raft.DurableIndex);
        server.AutoPersist = false;

        server.Receive(Append(term: 2, prev: (1, 1), EntriesFrom(2, 2)));

        Assert.Equal(new LogIndex(1), server.Raft.DurableIndex);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void A_token_that_was_not_issued_or_goes_back_stops_the_server(long token)
    {
        var server = new TestServer(1, 3);
        server.Receive(Append(term: 1, prev: (0, 0), Entries(1)));

        var error = Assert.Throws<InvariantViolationException>(() => server.Step(Input.Persisted(token)));

        Assert.Equal("durable token", error.Invariant);
    }

    [Fact]
    public void A_deposed_leader_keeps_and_writes_what_it_appended_in_the_same_batch()
    {
        var leader = new TestServer(1, 3);
        leader.Elect();
        leader.Step(
            Input.Propose(1, new byte[3]),
            Input.Received(new Message(Id(2), Id(1), new(7), 0, new VoteReply(false))));

        Assert.Equal((Role.Follower, new LogIndex(2)), (leader.Raft.Role, leader.Disk.LastIndex));
        Assert.Equal(new Term(7), leader.Disk.HardState.Term);
    }

    [Fact]
    public void A_restart_keeps_term_vote_and_log_and_forgets_the_commit_index()
    {
        var server = new TestServer(1, 3);
        server.Receive(Append(term: 3, prev: (0, 0), Entries(1, 3), commit: 2));
        server.Receive(new Message(Id(3), Id(1), new(4), 1, new RequestVote(new(2), new(3))));

        var restarted = new TestServer(1, 3, server.Disk.Recover());

        Assert.Equal((new Term(4), Id(3)), (restarted.Raft.Term, restarted.Raft.VotedFor));
        Assert.Equal([1L, 3], restarted.Terms());
        Assert.Equal((LogIndex.Zero, new LogIndex(2)), (restarted.Raft.CommitIndex, restarted.Raft.DurableIndex));
    }

    private static Message Append(
        long term, (long Index, long Term) prev, LogEntry[] entries, long commit = 0) =>
        new(Id(2), Id(1), new(term), 3, new AppendEntries(new(prev.Index), new(prev.Term), new(commit), entries));
}
