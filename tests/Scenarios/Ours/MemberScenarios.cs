using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Servers that come and go while clients write and others fail (paper §6).</summary>
public sealed class MemberScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [Scenario("add, remove, replace under partitions and crashes", IsRandom = true)]
    public void Add_remove_and_replace_under_partitions_and_crashes(int servers) =>
        KvLab.RunWithSpares(servers, spares: 3, lab =>
        {
            lab.CheckOneLeader();
            var traffic = new Traffic(lab, clients: 3);
            var end = Disturb(lab);
            Add(lab, servers);
            Add(lab, servers + 1);
            Remove(lab, lab.Random(servers));
            // Replaced: one comes and one goes in a single change.
            var old = Enumerable.Range(0, servers + 2).First(server => IsVoter(Latest(lab), server));
            lab.Change(now => now.Find(Id(servers + 2)) is not null, Learner(lab, servers + 2));
            lab.Change(
                now => IsVoter(now, servers + 2) && now.Find(Id(old)) is null,
                new MemberChange(MemberChangeKind.Promote, Id(servers + 2)),
                new MemberChange(MemberChangeKind.Remove, Id(old)));
            end();
            traffic.AwaitProgress(_recovery);
            traffic.Stop();
            Assert.Equal(servers + 1, Latest(lab).Voters.Count);
        });

    [Fact]
    [Scenario("joint replace of all nodes", IsRandom = true)]
    public void Joint_replace_of_all_nodes() => KvLab.RunWithSpares(3, spares: 3, lab =>
    {
        var appends = new Appends(lab, clients: 3, each: 100);
        lab.CheckOneLeader();
        var end = Disturb(lab);
        lab.Change(now => now.Members.Count == 6, Learner(lab, 3), Learner(lab, 4), Learner(lab, 5));
        lab.Change(
            now => now.Members.Count == 3 && now.Voters.All(voter => voter.Value > 3),
            [
                .. Enumerable.Range(3, 3).Select(come => new MemberChange(MemberChangeKind.Promote, Id(come))),
                .. Enumerable.Range(0, 3).Select(go => new MemberChange(MemberChangeKind.Remove, Id(go))),
            ]);
        end();
        // Nobody needs the former members; when they come back, they disturb nobody.
        for (var former = 0; former < 3; former++)
            lab.Crash(former);
        appends.AwaitOnceEach(_recovery);
        var term = lab.RaftOf(lab.CheckOneLeader())!.Term;
        for (var former = 0; former < 3; former++)
            lab.Restart(former);
        lab.Sleep(10 * Lab.ElectionTimeout);
        Assert.Equal(term, lab.RaftOf(lab.CheckOneLeader())!.Term);
    });

    [Fact]
    [Scenario("learner catch-up and promotion", IsRandom = true)]
    public void Learner_catch_up_and_promotion() => KvLab.RunWithSpares(3, spares: 1, lab =>
    {
        var client = lab.NewClient();
        lab.Network.Disconnect(3);
        for (var write = 0; write < 50; write++)
            lab.Put(client, "k", lab.FreshValue());
        lab.Change(now => now.Find(Id(3)) is not null, Learner(lab, 3));

        // Not yet: it has nothing. And it counts in no majority.
        var leader = lab.CheckOneLeader();
        var promotion = lab.BeginChange(leader, new MemberChange(MemberChangeKind.Promote, Id(3)));
        lab.Await("an answer", () => promotion.IsCompleted, _recovery);
        Assert.Equal(ProposalEnd.Busy, promotion.Result.End);
        lab.Network.Connect(3);
        lab.Await("catching up", () => lab.AppliedBy(3) >= lab.AppliedBy(leader), _recovery);
        Assert.True(lab.RaftOf(3)!.Snapshot.Index > LogIndex.Zero);
        lab.Network.Partition([.. Enumerable.Range(0, 3).Where(server => server != leader)]);
        var put = client.BeginPut("k", "waits");
        lab.Sleep(2000);
        Assert.False(put.IsDone && lab.Leads(leader));
        lab.Network.Partition();
        lab.Await("the write", () => put.IsDone, _recovery);

        lab.Change(now => IsVoter(now, 3), new MemberChange(MemberChangeKind.Promote, Id(3)));
        // Now it counts: with it, two of the others are enough.
        var gone = (lab.CheckOneLeader() + 1) % 3;
        lab.Crash(gone);
        lab.Put(client, "k", "with it");
    }, configuration => configuration with { SnapshotEveryEntries = 10, TrailingEntries = 5 });

    /// <summary>Servers crash and partitions come and go, 0.3 to 1.8 s apart.</summary>
    /// <returns>Ends it.</returns>
    private static Action Disturb(KvLab lab)
    {
        var isOver = false;
        Next();
        return () =>
        {
            isOver = true;
            lab.Network.Partition();
        };

        void Next() => lab.World.After(TimeSpan.FromMilliseconds(300 + lab.Random(1500)), () =>
        {
            if (isOver)
                return;
            var victim = lab.Random(lab.Servers);
            if (lab.Random(3) == 0 && lab.IsUp(victim))
                lab.Crash(victim);
            else
                lab.Network.Partition(victim, lab.Random(lab.Servers));
            lab.World.After(Lab.ElectionTimeout, () =>
            {
                if (!lab.IsUp(victim))
                    lab.Hosts[victim].Start();
                lab.Network.Partition();
            });
            Next();
        });
    }

    private static NodeId Id(int server) => new(server + 1);

    private static bool IsVoter(Configuration configuration, int server) =>
        configuration.Find(Id(server)) is { Role: MemberRole.Voter };

    private static Configuration Latest(KvLab lab) =>
        Enumerable.Range(0, lab.Servers).Select(lab.RaftOf).OfType<Raft>()
            .MaxBy(raft => raft.CommitIndex)!.Configuration;

    private static MemberChange Learner(KvLab lab, int server) =>
        new(MemberChangeKind.AddLearner, Id(server), lab.AddressOf(server));

    private static void Add(KvLab lab, int server)
    {
        lab.Change(now => now.Find(Id(server)) is not null, Learner(lab, server));
        lab.Change(now => IsVoter(now, server), new MemberChange(MemberChangeKind.Promote, Id(server)));
    }

    private static void Remove(KvLab lab, int server) =>
        lab.Change(now => now.Find(Id(server)) is null, new MemberChange(MemberChangeKind.Remove, Id(server)));
}
