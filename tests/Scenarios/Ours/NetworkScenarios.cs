using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Sim.World;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Networks that the labs do not know.</summary>
public sealed class NetworkScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    private static readonly MessageKind[] _duplicated =
    [
        MessageKind.RequestVote, MessageKind.VoteReply, MessageKind.PreVote, MessageKind.PreVoteReply,
        MessageKind.AppendEntries, MessageKind.AppendReply, MessageKind.InstallSnapshot, MessageKind.SnapshotReply,
    ];

    /// <summary>Where the leader stands: on one side, on the bridge, on the other side.</summary>
    private static readonly int[] _bridgedLeaders = [0, 2, 3];

    [Fact]
    [Scenario("duplicates of every message type", IsRandom = true)]
    public void Duplicates_of_every_message_type() => KvLab.Run(3, lab =>
    {
        var twice = new HashSet<MessageKind>();
        lab.Network.Intercept((in Transmission sent) =>
        {
            if (LabNetwork.MessageOf(sent) is { } kind)
                twice.Add(kind);
            return Verdict.Pass;
        });
        var victim = (lab.CheckOneLeader() + 1) % 3;
        lab.Network.Disconnect(victim);
        new Appends(lab, clients: 3, each: 50).AwaitOnceEach(_recovery);
        lab.Network.Connect(victim);
        lab.Await("an install", () => twice.Contains(MessageKind.SnapshotReply), _recovery);
        lab.Restart(lab.CheckOneLeader());
        new Appends(lab, clients: 3, each: 50).AwaitOnceEach(_recovery);
        Assert.Empty(_duplicated.Except(twice));
    },
    configuration => configuration with { SnapshotEveryEntries = 10, TrailingEntries = 5 },
    new NetworkOptions
    {
        Mode = DeliveryMode.Adversarial,
        Conditions = new LinkConditions { Duplicate = Ratio.One, Reorder = new Ratio(1, 10) },
    });

    [Fact]
    [Scenario("one-way links", IsRandom = true)]
    public void One_way_links() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        for (var trial = 0; trial < 4; trial++)
        {
            int[] victim = [(lab.CheckOneLeader() + (trial % 2)) % 5];
            int[] others = [.. Enumerable.Range(0, 5).Except(victim)];
            // A leader that is only deaf goes on sending heartbeats, so it must give up by itself.
            var isMute = trial < 2;
            lab.World.Network.Partition(isMute ? victim : others, isMute ? others : victim, isOneWay: true);
            lab.Sleep(2 * Lab.ElectionTimeout);
            traffic.AwaitProgress(_recovery);
            lab.Network.Partition();
        }

        traffic.Stop();
    });

    [Fact]
    [Scenario("bridge partitions", IsRandom = true)]
    public void Bridge_partitions() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        var leader = lab.CheckOneLeader();
        foreach (var place in _bridgedLeaders)
        {
            var servers = Enumerable.Range(0, 5).Select(server => (leader + server + 5 - place) % 5).ToArray();
            lab.World.Network.Partition(servers[..2], servers[3..]);
            lab.Sleep(4 * Lab.ElectionTimeout);
            traffic.AwaitProgress(_recovery);
            // Those who do not hear the leader do not depose it, as the bridge hears it.
            var term = HighestTerm(lab);
            lab.Sleep(10 * Lab.ElectionTimeout);
            Assert.Equal(term, HighestTerm(lab));
            traffic.AwaitProgress(_recovery);
            lab.Network.Partition();
        }

        traffic.Stop();
    });

    [Fact]
    [Scenario("flapping links", IsRandom = true)]
    public void Flapping_links() => KvLab.Run(5, lab =>
    {
        var traffic = new Traffic(lab, clients: 3);
        lab.CheckOneLeader();
        for (var flap = 0; flap < 100; flap++)
        {
            lab.Network.SetLinks(lab.Random(5), lab.Random(5), isUp: flap % 2 == 1);
            lab.Sleep(lab.Choose.Between("flap", TimeSpan.Zero, Lab.ElectionTimeout / 2));
        }

        lab.Network.Partition();
        traffic.AwaitProgress(_recovery);
        traffic.Stop();
    });

    [Fact]
    [Scenario("one slow link", IsRandom = true)]
    public void One_slow_link() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        lab.Put(client, "a", "before");
        var leader = lab.CheckOneLeader();
        var term = HighestTerm(lab);
        var slow = new LinkConditions { LatencyLeast = TimeSpan.FromSeconds(2) };
        var follower = (leader + 1) % 3;
        lab.World.Network.Link(leader, follower).Conditions = slow;
        lab.World.Network.Link(follower, leader).Conditions = slow;
        for (var write = 0; write < 50; write++)
        {
            var before = lab.World.Now;
            lab.Put(client, "a", lab.FreshValue());
            Assert.True(lab.World.Now - before < Lab.ElectionTimeout);
            lab.Sleep(100);
        }

        // The other two are a majority, and refuse the one that hears the leader late.
        Assert.Equal(term, lab.RaftOf(leader)!.Term);
        Assert.True(lab.Leads(leader));
    });

    [Fact]
    [Scenario("reconnect storms on long connections", IsRandom = true)]
    public void Reconnect_storms_on_long_connections() => KvLab.Run(3, lab =>
    {
        var appends = new Appends(lab, clients: 3, each: 50);
        for (var storm = 0; storm < 100; storm++)
        {
            for (var one = 0; one < lab.World.Nodes.Count; one++)
            {
                for (var other = 0; other < 3; other++)
                    lab.World.Network.BreakConnections(one, other);
            }

            lab.Sleep(lab.Choose.Between("storm", TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100)));
        }

        appends.AwaitOnceEach(_recovery);
    }, network: new NetworkOptions { Mode = DeliveryMode.Ordered });

    [Fact]
    [Scenario("replies after the caller timed out", IsRandom = true)]
    public void Replies_after_the_caller_timed_out() => KvLab.Run(3, lab =>
    {
        var late = 0;
        lab.Network.Intercept((in Transmission sent) =>
        {
            if (LabNetwork.KindOf(sent) != FrameKind.Response || lab.Random(2) == 0)
                return Verdict.Pass;
            late++;
            return Verdict.DeliverAfter(Lab.ElectionTimeout + TimeSpan.FromMilliseconds(lab.Random(1000)));
        });
        var appends = new Appends(lab, clients: 3, each: 20);
        appends.AwaitOnceEach(TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, late);
    });

    [Fact]
    [Scenario("frames cut and glued at every byte", IsRandom = true)]
    public void Frames_cut_and_glued() => KvLab.Run(
        5, new GenericTest { Clients = 5, Restarts = true, Partitions = true }.Run,
        network: new NetworkOptions { Mode = DeliveryMode.ByteStream, SilenceMost = TimeSpan.FromSeconds(3) });

    private static Term HighestTerm(KvLab lab) =>
        Enumerable.Range(0, lab.Servers).Max(server => lab.RaftOf(server)!.Term);
}
