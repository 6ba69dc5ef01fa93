using RaftKv.Consensus;
using Xunit;
using static RaftKv.Scenarios.Consensus.TestServer;

namespace RaftKv.Scenarios.Consensus;

/// <summary>Dissertation §3.10, after etcd's TestLeaderTransfer tests; catalogue V10 and V14.</summary>
public sealed class TransferScenarios
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>etcd: TestLeaderTransferToUpToDateNode, TestLeaderTransferWithCheckQuorum.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(0)]
    public void The_successor_is_elected_at_once_although_the_others_hear_the_leader(int successor)
    {
        var cluster = Led(3);
        var now = cluster[1].Now;
        cluster[1].Step(Input.Transfer(7, Id(successor)));
        cluster.Run();

        var leader = successor == 0 ? 2 : successor;
        Assert.Equal((Role.Leader, new Term(2)), (cluster[leader].Raft.Role, cluster[leader].Raft.Term));
        Assert.Equal([new TransferResult(7, TransferStatus.Done)], cluster[1].Transfers);
        Assert.Equal((Role.Follower, now), (cluster[1].Raft.Role, cluster[1].Now));
        cluster[leader].Propose("a");
        cluster.Run();
        Assert.Equal(new(3), cluster[leader].Raft.CommitIndex);
    }

    /// <summary>etcd: TestLeaderTransferToSlowFollower; catalogue V10.</summary>
    [Fact]
    public void A_successor_that_lags_is_brought_up_to_date_first_and_nothing_is_added_meanwhile()
    {
        var cluster = Led(3);
        cluster.Isolate(3);
        cluster[1].Propose("a", "b");
        cluster.Run();
        cluster.Heal();

        cluster[1].Step(Input.Transfer(1, Id(3)));
        Assert.DoesNotContain(cluster[1].Take(), message => message.Kind == MessageKind.TimeoutNow);
        cluster[1].Proposals.Clear();
        cluster[1].Propose("c");
        Assert.Equal(ProposalStatus.Busy, Assert.Single(cluster[1].Proposals).Status);
        cluster.Heartbeat(leader: 1);
        cluster.Heartbeat(leader: 1);

        Assert.Equal((Role.Leader, new LogIndex(4)), (cluster[3].Raft.Role, cluster[3].Raft.LastIndex));
        Assert.Equal(TransferStatus.Done, Assert.Single(cluster[1].Transfers).Status);
    }

    /// <summary>etcd: TestLeaderTransferTimeout, TestLeaderTransferIgnoreProposal; catalogue V10.</summary>
    [Fact]
    public void A_successor_that_does_not_take_over_is_given_up_and_commands_are_taken_again()
    {
        var cluster = Led(3);
        cluster.Isolate(3);
        cluster[1].Step(Input.Transfer(1, Id(3)));
        cluster.Run();
        Assert.Equal(Id(3), cluster[1].Raft.Successor);

        cluster.Pass(_timeout * 2);

        Assert.Equal([new TransferResult(1, TransferStatus.TimedOut)], cluster[1].Transfers);
        Assert.Equal((Role.Leader, NodeId.None), (cluster[1].Raft.Role, cluster[1].Raft.Successor));
        cluster[1].Propose("a");
        cluster.Run();
        Assert.Equal(new(2), cluster[1].Raft.CommitIndex);
    }

    /// <summary>Rounds that reads begin put heartbeats off, and must do the heartbeats' work.</summary>
    [Fact]
    public void A_successor_that_does_not_take_over_is_given_up_although_reads_go_on()
    {
        var cluster = Led(3);
        cluster.Isolate(3);
        cluster[1].Step(Input.Transfer(1, Id(3)));
        cluster.Run();
        for (var read = 1; read <= 60; read++)
        {
            cluster.Pass(_timeout / 30);
            cluster[1].Step(Input.Read(read, byLease: false));
            cluster.Run();
        }

        Assert.Equal([new TransferResult(1, TransferStatus.TimedOut)], cluster[1].Transfers);
        Assert.Equal((Role.Leader, NodeId.None), (cluster[1].Raft.Role, cluster[1].Raft.Successor));
    }

    /// <summary>etcd: TestLeaderTransferToSelf, ...ToNonExistingNode, ...SecondTransferToAnotherNode.</summary>
    [Fact]
    public void What_cannot_be_transferred_is_refused_and_the_leader_goes_on()
    {
        var cluster = Led(3);
        cluster.Isolate(3);
        cluster[1].Step(
            Input.Transfer(1, Id(1)), Input.Transfer(2, Id(9)), Input.Transfer(3, Id(3)), Input.Transfer(4, Id(2)));
        cluster[2].Step(Input.Transfer(5, Id(2)));

        Assert.Equal(
            [TransferStatus.Done, TransferStatus.NoVoter, TransferStatus.Busy],
            cluster[1].Transfers.Select(transfer => transfer.Status));
        Assert.Equal([new TransferResult(5, TransferStatus.NotLeader)], cluster[2].Transfers);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);

        var single = new TestServer(1, 1);
        single.Elapse();
        single.Step(Input.Transfer(1, NodeId.None));
        Assert.Equal(TransferStatus.NoVoter, Assert.Single(single.Transfers).Status);
    }

    /// <summary>The order to stand can arrive at any time, so no lease is safe in that leadership any more.</summary>
    [Fact]
    public void A_transfer_ends_the_lease_for_good_even_if_it_is_given_up()
    {
        var cluster = TestCluster.Of(
            3, options => PreVoteScenarios.Both(options) with { LeaseReads = true, ClockDriftBound = 0 });
        cluster.Pass(_timeout * 2);
        cluster[1].Step(Input.Read(1, byLease: true));
        Assert.Single(cluster[1].Reads);
        cluster.Lose = message => message.Kind == MessageKind.TimeoutNow;
        cluster[1].Step(Input.Transfer(1, Id(3)));
        cluster.Pass(_timeout * 3);
        Assert.Equal(TransferStatus.TimedOut, Assert.Single(cluster[1].Transfers).Status);

        cluster[1].Step(Input.Read(2, byLease: true));
        Assert.Single(cluster[1].Reads);
        cluster.Run();
        Assert.Equal(2, cluster[1].Reads.Count);
    }

    /// <summary>Catalogue V14.</summary>
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(2, 1, 0)]
    public void Only_a_follower_obeys_and_only_its_leader_of_the_term(int to, int from, long term)
    {
        var cluster = Led(3);
        cluster[to].Receive(new Message(Id(from), Id(to), new(term), 99, default(TimeoutNow)));
        cluster.Run();
        Assert.Equal((Role.Leader, new Term(1)), (cluster[1].Raft.Role, cluster[1].Raft.Term));
    }

    [Fact]
    public void The_order_to_stand_is_repeated_when_it_is_lost()
    {
        var cluster = Led(3);
        var lost = 0;
        cluster.Lose = message => message.Kind == MessageKind.TimeoutNow && ++lost == 1;
        cluster[1].Step(Input.Transfer(1, Id(2)));
        cluster.Run();
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        cluster.Heartbeat(leader: 1);
        Assert.Equal(Role.Leader, cluster[2].Raft.Role);
    }

    [Fact]
    public void A_server_of_lower_priority_leads_only_if_those_above_it_cannot()
    {
        var cluster = TestCluster.Of(3, options => PreVoteScenarios.Both(options) with
        {
            ElectionPriority = options.Id == Id(1) ? RaftOptions.HighestPriority - 3 : RaftOptions.HighestPriority,
        });
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[2].Raft.Role);
        cluster.Isolate(2);
        cluster.Pass(_timeout * 3);
        Assert.Equal(Role.Leader, cluster[3].Raft.Role);

        // With the longer log it is the only one who can be elected, and in the end it is.
        cluster.Heal();
        cluster.Pass(_timeout * 2);
        cluster.Isolate(2);
        cluster[3].Propose("only n1 has it");
        cluster.Run();
        cluster.Lose = message => message.From == Id(3) || message.To == Id(3);
        cluster.Pass(_timeout * 12);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
    }

    private static TestCluster Led(int size)
    {
        var cluster = TestCluster.Of(size, PreVoteScenarios.Both);
        cluster.Pass(_timeout * 2);
        Assert.Equal(Role.Leader, cluster[1].Raft.Role);
        return cluster;
    }
}
