using RaftKv.Consensus;
using RaftKv.Diagnostics;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Paper §7: compaction, and sending snapshots.</summary>
public sealed class SnapshotSendingScenarios
{
    [Fact]
    public void A_snapshot_compacts_the_log_and_leaves_the_trailing_entries()
    {
        var server = Leader(1, entries: 9);

        Compact(server, snapshot: 8, through: 5);

        Assert.Equal(
            (new LogIndex(6), new LogIndex(10), new LogIndex(8)),
            (server.Raft.FirstIndex, server.Raft.LastIndex, server.Raft.Snapshot.Index));
        var restarted = new TestServer(1, 1, server.Disk.Recover());
        Assert.Equal(
            (new LogIndex(8), new LogIndex(8), new LogIndex(10)),
            (restarted.Raft.CommitIndex, restarted.Raft.AppliedIndex, restarted.Raft.LastIndex));
    }

    [Fact]
    public void An_older_snapshot_is_ignored_and_one_past_the_applied_index_stops_the_server()
    {
        var server = Leader(1, entries: 9);
        Compact(server, snapshot: 8, through: 8);
        Compact(server, snapshot: 4, through: 4);
        Assert.Equal(new LogIndex(8), server.Raft.Snapshot.Index);

        server.Propose("committed, but not applied");

        var error = Assert.Throws<InvariantViolationException>(() => Compact(server, snapshot: 11, through: 11));
        Assert.Equal("snapshot <= applied", error.Invariant);
    }

    [Fact]
    public void A_follower_behind_the_log_gets_a_snapshot_in_pieces_and_then_entries()
    {
        var cluster = ClusterWithLateFollower();
        cluster.Heal();

        cluster.Heartbeat(1);

        var follower = cluster[3];
        Assert.Equal([new SnapshotId(new(8), new(1))], follower.Restores);
        Assert.Equal((new LogIndex(8), new LogIndex(8)), (follower.Raft.Snapshot.Index, follower.Raft.AppliedIndex));
        Assert.Equal(cluster[1].Raft.LastIndex, follower.Raft.LastIndex);
        Assert.Equal(ReplicationState.Replicate, cluster[1].Raft.Followers[1].State);
        cluster.Heartbeat(1);
        Assert.Equal(cluster[1].Raft.CommitIndex, follower.Raft.CommitIndex);
    }

    [Theory]
    [InlineData(MessageKind.InstallSnapshot)]
    [InlineData(MessageKind.SnapshotReply)]
    public void A_lost_piece_or_reply_is_repeated_after_a_while(MessageKind lost)
    {
        var cluster = ClusterWithLateFollower();
        var losses = 0;
        cluster.Lose = message => message.Kind == lost && losses++ % 2 == 0;

        for (var beat = 0; beat < 60; beat++)
            cluster.Heartbeat(1);

        Assert.True(losses > 2);
        Assert.Equal(cluster[1].Raft.LastIndex, cluster[3].Raft.LastIndex);
        Assert.Single(cluster[3].Restores);
    }

    [Fact]
    public void A_lost_install_reply_is_made_good_by_the_next_heartbeat()
    {
        var cluster = ClusterWithLateFollower();
        cluster.Lose = message => message.Kind == MessageKind.SnapshotReply && message.SnapshotReply.Installed;
        cluster.Heartbeat(1);
        Assert.Equal(ReplicationState.Snapshot, cluster[1].Raft.Followers[1].State);

        cluster.Heartbeat(1);

        Assert.Equal(ReplicationState.Replicate, cluster[1].Raft.Followers[1].State);
        Assert.Equal(cluster[1].Raft.LastIndex, cluster[3].Raft.LastIndex);
    }

    [Fact]
    public void Only_one_piece_is_on_the_way_and_a_stored_piece_leads_to_the_next()
    {
        var leader = SendingLeader(out var read);
        leader.Step(Input.SnapshotRead(read, new(leader.Raft.Snapshot, 0, 10, new byte[4])));
        var piece = Assert.Single(leader.Take());
        Assert.Empty(leader.SnapshotReads);

        leader.Step();
        Assert.Empty(leader.SnapshotReads);
        Reply(leader, piece, new SnapshotReply(leader.Raft.Snapshot, 4, false));

        Assert.Equal(4, Assert.Single(leader.SnapshotReads).Offset);
        leader.SnapshotReads.Clear();
        Reply(leader, piece, new SnapshotReply(leader.Raft.Snapshot, 4, false));
        Assert.Empty(leader.SnapshotReads);
    }

    [Fact]
    public void A_follower_that_stores_nothing_is_not_asked_in_a_tight_loop()
    {
        var leader = SendingLeader(out var read);
        leader.Step(Input.SnapshotRead(read, new(leader.Raft.Snapshot, 0, 10, new byte[4])));

        Reply(leader, Assert.Single(leader.Take()), new SnapshotReply(leader.Raft.Snapshot, 0, false));

        Assert.Empty(leader.SnapshotReads);
        for (var beat = 0; beat < 5; beat++)
            leader.Elapse();
        var repeated = Assert.Single(leader.SnapshotReads);
        Assert.Equal((read.Number, 0L), (repeated.Number, repeated.Offset));
    }

    [Fact]
    public void An_acknowledgement_of_an_older_snapshot_counts_for_that_one_only()
    {
        var leader = SendingLeader(out var read);
        leader.Step(Input.SnapshotRead(read, new(leader.Raft.Snapshot, 0, 10, new byte[10])));
        var piece = Assert.Single(leader.Take());

        Reply(leader, piece, new SnapshotReply(new SnapshotId(new(3), new(1)), 10, true));

        Assert.Equal(new LogIndex(3), leader.Raft.MatchIndex(Id(2)));
        Assert.Equal(ReplicationState.Snapshot, leader.Raft.Followers[0].State);
    }

    [Fact]
    public void Pieces_leave_no_faster_than_the_rate_and_do_not_bring_the_heartbeat_forward()
    {
        var leader = SendingLeader(out var read, options => options with { SnapshotBytesPerSecond = 1000 });
        var heartbeat = leader.Raft.NextDeadline;
        var start = leader.Now;
        for (var offset = 0L; offset < 40; offset += 10)
        {
            leader.Step(Input.SnapshotRead(read, new(leader.Raft.Snapshot, offset, 50, new byte[10])));
            var piece = Assert.Single(leader.Take());
            Reply(leader, piece, new SnapshotReply(leader.Raft.Snapshot, offset + 10, false));
            Assert.Empty(leader.SnapshotReads);
            Assert.Equal(start + TimeSpan.FromMilliseconds(offset + 10).Ticks, leader.Raft.NextDeadline);
            leader.Elapse();
            read = Assert.Single(leader.SnapshotReads);
            Assert.Equal(offset + 10, read.Offset);
            leader.SnapshotReads.Clear();
            Assert.Empty(leader.Take());
        }

        Assert.Equal(heartbeat, leader.Raft.NextDeadline);
    }

    [Fact]
    public void A_follower_that_installed_a_snapshot_behind_which_nothing_is_left_gets_the_newest_at_once()
    {
        var leader = SendingLeader(out var read, size: 3);
        var old = leader.Raft.Snapshot;
        leader.Step(Input.SnapshotRead(read, new(old, 0, 10, new byte[10])));
        var piece = leader.Take().Single(message => message.Kind == MessageKind.InstallSnapshot);
        leader.Propose("a", "b");
        leader.Elapse();
        for (var round = 0; round < 3; round++)
        {
            foreach (var append in leader.Take().Where(message => message.To == Id(3)))
                leader.Acknowledge(append);
        }

        leader.Apply();
        Compact(leader, snapshot: leader.Raft.CommitIndex.Value, through: leader.Raft.CommitIndex.Value);
        Assert.True(leader.Raft.Snapshot.Index > old.Index);

        Reply(leader, piece, new SnapshotReply(old, 10, true));

        Assert.Equal(leader.Raft.Snapshot, Assert.Single(leader.SnapshotReads).Snapshot);
    }

    private static void Compact(TestServer server, long snapshot, long through) =>
        server.Step(Input.SnapshotTaken(
            new(new(snapshot), server.Raft.Snapshot.Index < new LogIndex(snapshot)
                ? server.Raft.Log.TermAt(new(snapshot)) : default), new(through)));

    /// <summary>A leader of one or more servers that has committed and applied some entries.</summary>
    private static TestServer Leader(int size, int entries)
    {
        var leader = new TestServer(1, size);
        leader.Elect();
        leader.Propose([.. Enumerable.Repeat("x", entries)]);
        leader.Apply();
        return leader;
    }

    private static TestServer SendingLeader(
        out SnapshotRead read, Func<RaftOptions, RaftOptions>? configure = null, int size = 2)
    {
        var cluster = ClusterWithLateFollower();
        var recovered = cluster[1].Disk.Recover() with { Configuration = Voters(size) };
        var leader = new TestServer(1, size, recovered, configure: configure);
        leader.Elect();
        var probe = leader.Take().First(message => message.To == Id(2));
        leader.Receive(new Message(
            Id(2), Id(1), probe.Term, probe.Number, new AppendReply(false, new(0), Term.Zero)));
        Assert.Equal(ReplicationState.Snapshot, leader.Raft.Followers[0].State);
        read = Assert.Single(leader.SnapshotReads);
        leader.SnapshotReads.Clear();
        return leader;
    }

    private static TestCluster ClusterWithLateFollower()
    {
        var cluster = TestCluster.Of(3);
        cluster.Isolate(3);
        cluster.Elect(1);
        for (var i = 0; i < 9; i++)
            cluster[1].Propose("x");
        cluster.Run();
        cluster[1].Apply();
        Compact(cluster[1], snapshot: 8, through: 7);
        return cluster;
    }

    private static void Reply(TestServer leader, Message request, SnapshotReply reply) =>
        leader.Receive(new Message(request.To, request.From, request.Term, request.Number, reply));
}
