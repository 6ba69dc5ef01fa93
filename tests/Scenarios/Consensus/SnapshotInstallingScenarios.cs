using RaftKv.Consensus;
using RaftKv.Diagnostics;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Paper §7: installing snapshots, and logs that begin behind one.</summary>
public sealed class SnapshotInstallingScenarios
{
    [Fact]
    public void A_snapshot_at_or_below_the_commit_index_is_answered_at_once()
    {
        var follower = Follower(Entries(1, 1, 1), commit: 3);

        follower.Receive(Install(snapshot: (2, 1)));

        Assert.True(Assert.Single(follower.Take()).SnapshotReply.Installed);
        Assert.Empty(follower.SnapshotChunks);
        Assert.Empty(follower.Restores);
    }

    [Fact]
    public void A_committed_entry_of_another_term_than_the_snapshot_stops_the_server()
    {
        var follower = Follower(Entries(1, 1, 1), commit: 3);

        var error = Assert.Throws<InvariantViolationException>(() => follower.Receive(Install(snapshot: (2, 2))));

        Assert.Equal("leader completeness", error.Invariant);
    }

    [Theory]
    [InlineData("11122", 4, 2, "2", StorageWriteKind.Compact)]
    [InlineData("11111", 4, 2, "", StorageWriteKind.Reset)]
    [InlineData("111", 4, 2, "", StorageWriteKind.Reset)]
    [InlineData("1112", 4, 2, "", StorageWriteKind.Compact)]
    public void Installing_keeps_a_suffix_behind_a_matching_entry_and_no_other(
        string log, long index, long term, string kept, StorageWriteKind write)
    {
        var follower = Follower(Entries([.. log.Select(digit => (long)(digit - '0'))]), commit: 1);
        follower.AutoPersist = false;

        var install = Install((index, term));
        follower.Receive(install);
        Assert.Single(follower.SnapshotChunks);
        follower.Persist();
        follower.Step(Input.SnapshotStored(install, 10, complete: true));

        Assert.Equal(write, Assert.Single(follower.Disk.Queued).Kind);
        Assert.Equal(kept, string.Concat(follower.Terms()));
        Assert.Equal([new SnapshotId(new(index), new(term))], follower.Restores);
        Assert.Equal(new LogIndex(index), follower.Raft.CommitIndex);
        Assert.Equal(new LogIndex(index), follower.Raft.AppliedIndex);
        Assert.Empty(follower.Take());
        follower.Persist();
        var reply = Assert.Single(follower.Take()).SnapshotReply;
        Assert.Equal(new SnapshotReply(new(new(index), new(term)), 10, true), reply);
    }

    [Fact]
    public void A_snapshot_overtaken_by_the_log_is_acknowledged_without_being_installed()
    {
        var follower = Follower(Entries(1, 1, 1), commit: 1);
        var install = Install(snapshot: (2, 1));
        follower.Receive(install);
        follower.Receive(Append(prev: (3, 1), commit: 3));
        follower.Take();

        follower.Step(Input.SnapshotStored(install, 10, complete: true));

        Assert.Empty(follower.Restores);
        Assert.True(Assert.Single(follower.Take()).SnapshotReply.Installed);
    }

    [Theory]
    [InlineData(0, 0, 3)]
    [InlineData(2, 1, 5)]
    [InlineData(4, 1, 7)]
    [InlineData(6, 1, 9)]
    public void An_append_that_begins_below_the_snapshot_is_taken_from_where_it_is_news(
        long prevIndex, long prevTerm, int count)
    {
        var recovered = new RecoveredState(
            new HardState(new(3), default), new SnapshotId(new(5), new(1)), EntriesFrom(4, 1, 1, 1));
        var follower = new TestServer(1, 3, recovered);

        var entries = EntriesFrom(prevIndex + 1, [.. Enumerable.Repeat(1L, count)]);
        follower.Receive(Append((prevIndex, prevTerm), commit: 0, entries));

        var reply = Assert.Single(follower.Take()).AppendReply;
        Assert.Equal(new AppendReply(true, new(prevIndex + count), Term.Zero), reply);
        Assert.Equal(LogIndex.Max(new(6), new(prevIndex + count)), follower.Raft.LastIndex);
    }

    [Fact]
    public void A_recovered_snapshot_of_a_later_term_than_the_hard_state_is_refused()
    {
        var recovered = new RecoveredState(new HardState(new(2), Id(1)), new SnapshotId(new(5), new(4)), []);

        Assert.Throws<InvariantViolationException>(() => new TestServer(1, 3, recovered));
    }

    [Fact]
    public void Recovered_entries_that_do_not_connect_to_the_snapshot_are_refused()
    {
        var hardState = new HardState(new(4), default);
        var snapshot = new SnapshotId(new(5), new(2));
        LogEntry[][] logs = [Entries(1, 1), EntriesFrom(4, 1, 1), EntriesFrom(7, 2)];

        foreach (var log in logs)
            Assert.Throws<InvariantViolationException>(
                () => new TestServer(1, 3, new RecoveredState(hardState, snapshot, log)));
    }

    /// <summary>
    /// Catalogue S18. Leadership and leases are not replicated; membership is, and it has effects: whether a server
    /// stands for election, and whom it asks.
    /// </summary>
    [Theory]
    [InlineData(MemberRole.Learner, MemberRole.Voter, true)]
    [InlineData(MemberRole.Voter, MemberRole.Learner, false)]
    public void A_role_that_is_learnt_through_a_snapshot_counts_like_one_learnt_through_the_log(
        MemberRole before, MemberRole after, bool stands)
    {
        var follower = new TestServer(1, 0, Recovered(2, Entries(1)) with { Configuration = Members(before, 2, 3) });
        var install = Install(snapshot: (9, 2), Members(after, 3, 4, 5));
        follower.Receive(install);
        follower.Step(Input.SnapshotStored(install, 10, complete: true));
        follower.Take();

        Assert.Equal(stands, follower.Raft.NextDeadline < long.MaxValue && IsCandidateAfterATimeOut());
        Assert.Equal(stands ? [Id(3), Id(4), Id(5)] : [], follower.Take().Select(message => message.To));

        bool IsCandidateAfterATimeOut()
        {
            follower.Elapse();
            return follower.Raft.Role == Role.Candidate;
        }

        static Configuration Members(MemberRole own, params int[] voters) => new(
            [new(Id(1), "", own), .. voters.Select(voter => new Member(Id(voter), "", MemberRole.Voter))]);
    }

    private static TestServer Follower(LogEntry[] log, long commit)
    {
        var follower = new TestServer(1, 3, Recovered(2, log));
        follower.Receive(Append(prev: (1, 1), commit: 1));
        if (commit > 1)
            follower.Receive(Append((commit, log[commit - 1].Term.Value), commit));
        follower.Take();
        return follower;
    }

    private static Message Append((long Index, long Term) prev, long commit, LogEntry[]? entries = null) =>
        new(Id(2), Id(1), new(3), 1, new AppendEntries(new(prev.Index), new(prev.Term), new(commit), entries ?? []));

    private static Message Install((long Index, long Term) snapshot, Configuration? configuration = null) =>
        new(Id(2), Id(1), new(3), 2, new InstallSnapshot(
            new SnapshotId(new(snapshot.Index), new(snapshot.Term)), 0, 10, new byte[10], configuration ?? Voters(3)));
}
