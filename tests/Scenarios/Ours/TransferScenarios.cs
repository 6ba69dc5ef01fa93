using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Handing over the leadership (dissertation §3.10), while clients write and servers fail.</summary>
public sealed class TransferScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Fact]
    [Scenario("leader transfer under load", IsRandom = true)]
    public void Leader_transfer_under_load() => KvLab.Run(5, lab =>
    {
        lab.AwaitOneLeaderOfAll();
        var traffic = new Traffic(lab, clients: 5);
        for (var transfer = 0; transfer < 10; transfer++)
        {
            var leader = lab.AwaitOneLeaderOfAll();
            var target = (leader + 1 + lab.Random(4)) % 5;
            var begun = lab.World.Now;
            Assert.Equal(TransferStatus.Done, lab.Transfer(leader, target));
            lab.Await("the successor's leadership", () => lab.Leads(target), Lab.ElectionTimeout);
            traffic.AwaitProgress(Lab.ElectionTimeout);
            // Sooner than any server would stand by itself.
            Assert.True(lab.World.Now - begun < Lab.ElectionTimeout);
        }

        traffic.Stop();
    });

    [Fact]
    [Scenario("leader transfer to a lagging node", IsRandom = true)]
    public void Leader_transfer_to_a_lagging_node() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        var leader = lab.AwaitOneLeaderOfAll();
        var target = (leader + 1) % 3;
        lab.Network.Disconnect(target);
        for (var write = 0; write < 50; write++)
            lab.Put(client, "k", lab.FreshValue());
        Assert.True(lab.RaftOf(leader)!.FirstIndex > lab.RaftOf(target)!.LastIndex);
        lab.Network.Connect(target);

        // It needs a snapshot and then the log; if that takes too long the leader goes on.
        var status = lab.Transfer(leader, target);
        if (status == TransferStatus.Done)
            lab.Await("the successor's leadership", () => lab.Leads(target), Lab.ElectionTimeout);
        else
            Assert.Equal((TransferStatus.TimedOut, true), (status, lab.Leads(leader)));
        lab.Put(client, "k", "after");
        Assert.Equal("after", lab.Get(client, "k"));
    }, configuration => configuration with { SnapshotEveryEntries = 10, TrailingEntries = 5 });

    [Fact]
    [Scenario("leader transfer to a node that dies", IsRandom = true)]
    public void Leader_transfer_to_a_node_that_dies() => KvLab.Run(3, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        var leader = lab.AwaitOneLeaderOfAll();
        var dead = (leader + 1) % 3;
        lab.Crash(dead);
        Assert.Equal(TransferStatus.TimedOut, lab.Transfer(leader, dead));
        Assert.True(lab.Leads(leader));
        traffic.AwaitProgress(Lab.ElectionTimeout);
        lab.Restart(dead);

        // Dies at some moment of taking over.
        for (var trial = 0; trial < 5; trial++)
        {
            leader = lab.AwaitOneLeaderOfAll();
            var target = (leader + 1) % 3;
            var transfer = lab.BeginTransfer(leader, target);
            lab.Sleep(lab.Choose.Between("dies", TimeSpan.Zero, TimeSpan.FromMilliseconds(5)));
            lab.Crash(target);
            lab.Await("the end of the transfer", () => transfer.IsCompleted, _recovery);
            traffic.AwaitProgress(_recovery);
            lab.Restart(target);
        }

        traffic.Stop();
    });

    [Fact]
    [Scenario("leader transfer with partitions before and after", IsRandom = true)]
    public void Leader_transfer_with_partitions_before_and_after() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        for (var trial = 0; trial < 5; trial++)
        {
            var leader = lab.AwaitOneLeaderOfAll();
            var target = (leader + 1) % 5;
            lab.Network.Partition(target, (leader + 2) % 5);
            Assert.Equal(TransferStatus.TimedOut, lab.Transfer(leader, target));
            traffic.AwaitProgress(_recovery);
            lab.Network.Partition();

            leader = lab.AwaitOneLeaderOfAll();
            var transfer = lab.BeginTransfer(leader, (leader + 1) % 5);
            lab.Sleep(lab.Choose.Between("cut", TimeSpan.Zero, TimeSpan.FromMilliseconds(5)));
            lab.Network.Partition(leader, lab.Random(5));
            lab.Await("the end of the transfer", () => transfer.IsCompleted, _recovery);
            traffic.AwaitProgress(_recovery);
            lab.Network.Partition();
        }

        traffic.Stop();
    });

    [Fact]
    public void A_leader_that_is_shut_down_in_good_order_hands_over_first() => KvLab.Run(3, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        for (var trial = 0; trial < 5; trial++)
        {
            var leader = lab.AwaitOneLeaderOfAll();
            var (begun, term) = (lab.World.Now, lab.RaftOf(leader)!.Term);
            Task? stop = null;
            lab.Hosts[leader].Post(() => stop = lab.ServerOf(leader)!.StopAsync());
            lab.Await("the end of the server", () => stop is { IsCompleted: true }, _recovery);
            int[] others = [(leader + 1) % 3, (leader + 2) % 3];
            lab.Await("a successor", () => others.Any(lab.Leads), Lab.ElectionTimeout);
            Assert.Equal(new Term(term.Value + 1), lab.RaftOf(others.First(lab.Leads))!.Term);
            // Sooner than any server would stand by itself, and than clients would notice.
            Assert.True(lab.World.Now - begun < Lab.ElectionTimeout);
            traffic.AwaitProgress(Lab.ElectionTimeout);
            lab.Crash(leader);
            lab.Restart(leader);
        }

        traffic.Stop();
    });
}
