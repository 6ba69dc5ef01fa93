using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Scenarios.Labs;
using RaftKv.Sim;
using RaftKv.Sim.World;
using RaftKv.Wire;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>What clients are promised: writes once, whatever befalls answers, leaders, snapshots and servers.</summary>
public sealed class ClientScenarios
{
    private static readonly TimeSpan _recovery = 20 * Lab.ElectionTimeout;

    [Fact]
    [Scenario("append exactly once under reply loss", IsRandom = true)]
    public void Append_exactly_once_under_reply_loss() => KvLab.Run(3, lab =>
    {
        lab.Network.Intercept((in Transmission sent) =>
            LabNetwork.KindOf(sent) == FrameKind.Response && lab.Random(2) == 0 ? Verdict.Drop : Verdict.Pass);
        new Appends(lab, clients: 3, each: 20).AwaitOnceEach(TimeSpan.FromSeconds(60));
    });

    [Fact]
    [Scenario("append exactly once under leader change", IsRandom = true)]
    public void Append_exactly_once_under_leader_change() => KvLab.Run(5, lab =>
    {
        lab.Network.IsUnreliable = true;
        var appends = new Appends(lab, clients: 3, each: 50);
        for (var change = 0; change < 5; change++)
        {
            var leader = lab.CheckOneLeader();
            if (change % 2 == 0)
                lab.Network.Disconnect(leader);
            else
                lab.Crash(leader);
            lab.CheckOneLeader();
            if (!lab.IsUp(leader))
                lab.Restart(leader);
            lab.Network.Connect(leader);
        }

        appends.AwaitOnceEach(TimeSpan.FromSeconds(60));
    });

    [Fact]
    [Scenario("append exactly once over snapshot and restart", IsRandom = true)]
    public void Append_exactly_once_over_snapshot_and_restart() => KvLab.Run(3, lab =>
    {
        var (append, client) = AppendWithoutAnswer(lab);
        WriteSnapshots(lab);
        lab.RestartAll();
        lab.Reach(client);
        lab.Await("the answer of the append", () => append.IsDone, _recovery);
        Assert.Equal("once", lab.Get(lab.NewClient(), "k"));
    }, WithSnapshots);

    [Fact]
    [Scenario("append exactly once over an install on a new node", IsRandom = true)]
    public void Append_exactly_once_over_an_install() => KvLab.Run(3, lab =>
    {
        var lagging = (lab.CheckOneLeader() + 1) % 3;
        lab.Network.Disconnect(lagging);
        var (append, client) = AppendWithoutAnswer(lab);
        WriteSnapshots(lab);
        lab.Network.Connect(lagging);
        lab.Await("an install", () => lab.AppliedBy(lagging) == lab.AppliedBy((lagging + 1) % 3), _recovery);
        // It knows of the append only what the snapshot says, and must be the one to answer the retry.
        for (var server = 0; server < 3; server++)
        {
            if (server != lagging)
                lab.Restart(server);
        }

        lab.Reach(client);
        lab.Await("the answer of the append", () => append.IsDone, _recovery);
        Assert.Equal("once", lab.Get(lab.NewClient(), "k"));
    }, WithSnapshots);

    [Fact]
    [Scenario("two operations in one session out of order", IsRandom = true)]
    public void Two_operations_in_one_session_out_of_order() => KvLab.Run(3, lab =>
    {
        lab.CheckOneLeader();
        var client = lab.NewClient();
        lab.Put(client, "k", "");
        var isFirst = true;
        lab.Network.Intercept((in Transmission sent) =>
        {
            if (sent.From != client.Host.Index || LabNetwork.KindOf(sent) != FrameKind.Request || !isFirst)
                return Verdict.Pass;
            isFirst = false;
            return Verdict.DeliverAfter(TimeSpan.FromMilliseconds(100));
        });
        var first = client.Begin(async () => await client.Clerk.AppendAsync("k", "first "));
        var second = client.Begin(async () => await client.Clerk.AppendAsync("k", "second "));
        lab.Await("the second", () => second.IsDone, _recovery);
        Assert.False(first.IsDone);
        lab.Await("the first", () => first.IsDone, _recovery);
        Assert.Equal("second first ", lab.Get(client, "k"));
    });

    [Fact]
    [Scenario("10,000 idle sessions")]
    public void Ten_thousand_idle_sessions() => KvLab.RunFirstSeed(3, lab =>
    {
        const int Sessions = 9_990;
        const int AtOnce = 90;
        var first = lab.NewClient();
        lab.Put(first, "k", "first");
        var quiet = TimeOfAPut(lab, first);
        var host = lab.NewClient();
        for (var batch = 0; batch < Sessions / AtOnce; batch++)
        {
            var jobs = Enumerable.Range(0, AtOnce).Select(_ => host.Begin(async () =>
            {
                await using var clerk = host.OpenAnother();
                await clerk.PutAsync("k", lab.FreshValue());
            })).ToArray();
            lab.Await("a batch of sessions", () => jobs.All(job => job.IsDone), _recovery);
        }

        Assert.Equal(Sessions + 1, SessionsOf(lab));
        Assert.InRange(TimeOfAPut(lab, first), TimeSpan.Zero, quiet * 10);
        lab.Sleep(Lab.LabElectionTimeout);
        // Each remembers its last result, which its client did not live to acknowledge.
        Assert.All(lab.Disks, disk => Assert.InRange(
            disk.Volume.Files.Where(file => file.Key.StartsWith("snapshot", StringComparison.Ordinal))
                .Max(file => file.Value.Length), 1, 40 * Sessions));
        lab.RestartAll();
        lab.AwaitOneLeaderOfAll();
        Assert.InRange(TimeOfAPut(lab, first), TimeSpan.Zero, quiet * 10);
        Assert.Equal(Sessions + 1, SessionsOf(lab));
    }, configuration => configuration with { SnapshotEveryEntries = 2000 });

    [Fact]
    [Scenario("session expiry", IsRandom = true)]
    public void Session_expiry() => KvLab.Run(3, lab =>
    {
        var (append, client) = AppendWithoutAnswer(lab, isForgotten: true);
        for (var server = 0; server < 3; server++)
            lab.Network.SetLinks(client.Host.Index, server, isUp: false);
        // The log carries the time, so somebody must write for a session to expire.
        var other = lab.NewClient();
        lab.Put(other, "other", "");
        var sessions = SessionsOf(lab);
        for (var write = 0; write < 10; write++)
        {
            lab.Sleep(500);
            lab.Put(other, "other", lab.FreshValue());
        }

        // Only that of the client that is cut off; those that are not used are kept alive.
        Assert.Equal(sessions - 1, SessionsOf(lab));
        lab.RestartAll();
        // What became of the append is not known any more. But it is not done again.
        lab.Reach(client);
        lab.Await("the end of the append", () => append.IsDone, _recovery);
        Assert.Equal("once", lab.Get(other, "k"));
        lab.Put(client, "k", "in a new session");
        Assert.Equal("in a new session", lab.Get(other, "k"));
    }, configuration => configuration with { Limits = new KvLimits { SessionTimeout = TimeSpan.FromSeconds(2) } });

    [Fact]
    [Scenario("members with different limits", IsRandom = true)]
    public void Members_with_different_limits() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        var writes = 0;
        var refusals = 0;
        for (var leading = 0; leading < 6; leading++)
        {
            lab.Transfer(lab.AwaitOneLeaderOfAll(), leading % 3);
            var leader = lab.AwaitOneLeaderOfAll();
            for (var write = 0; write < 4; write++)
            {
                var append = client.Begin(async () =>
                {
                    try
                    {
                        await client.Clerk.AppendAsync("k", "0123456789");
                        writes++;
                    }
                    catch (KvRejectedException)
                    {
                        Assert.Equal(1, leader);
                        refusals++;
                    }
                });
                lab.Await("an append", () => append.IsDone, _recovery);
            }

            // Sessions are opened by other limits, too.
            lab.Put(lab.NewClient(), "other", "");
        }

        Assert.InRange(refusals, 1, 8);
        Assert.Equal(10 * writes, lab.Get(client, "k")!.Length);
        // That states are equal at equal indexes is checked after every turn; here that they get there, from the
        // snapshots too.
        lab.RestartAll();
        lab.AwaitOneLeaderOfAll();
        lab.Put(client, "other", "");
        lab.Await("equal states", () => Enumerable.Range(0, 3).All(server =>
            lab.AppliedBy(server) == lab.AppliedBy(0) && lab.StateOf(server) == lab.StateOf(0)), _recovery);
    }, configuration => WithSnapshots(configuration) with { UnlikeServers = 1 << 2 });

    [Fact]
    [Scenario("unknown outcomes stay unknown in the history", IsRandom = true)]
    public void Unknown_outcomes_stay_unknown_in_the_history() => KvLab.Run(3, lab =>
    {
        lab.Put(lab.NewClient(), "k", "old");
        // One request arrives without its answer, the other is held back: neither client can know which.
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var arrives = attempt == 1;
            var client = lab.NewClient();
            lab.Put(client, "session", "open");
            lab.Network.Intercept((in Transmission sent) =>
                (LabNetwork.KindOf(sent) == FrameKind.Response && sent.To == client.Host.Index)
                || (LabNetwork.KindOf(sent) == FrameKind.Request && sent.From == client.Host.Index && !arrives)
                    ? Verdict.Drop
                    : Verdict.Pass);
            var put = client.Begin(async () =>
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), client.Time);
                await Assert.ThrowsAsync<ClerkOutcomeUnknownException>(
                    async () => await client.Clerk.PutAsync("k", $"{arrives}", patience.Token));
            });
            lab.Await("giving up", () => put.IsDone, _recovery);
            Assert.Equal(attempt, lab.UnknownOutcomes);
            Assert.Equal($"{true}", lab.Get(lab.NewClient(), "k"));
        }
    });

    [Fact]
    public void A_request_that_is_repeated_while_its_entry_is_under_way_brings_no_other() => KvLab.Run(3, lab =>
    {
        var client = lab.NewClient();
        lab.Put(client, "k", "");
        var leader = Enumerable.Range(0, 3).Single(lab.Leads);
        // Two of three flush nothing for as long as ten attempts last.
        var outage = 5 * Lab.ElectionTimeout;
        foreach (var disk in lab.Disks.Where((_, server) => server != leader))
            disk.Volume.Faults.HangsUntilTicks = (lab.World.Now + outage).Ticks;
        var before = lab.RaftOf(leader)!.LastIndex;
        var append = client.Begin(async () => await client.Clerk.AppendAsync("k", "once"));
        var get = KvLab.BeginRead(client, "k", new ReadOptions { Consistency = ReadConsistency.Log });
        lab.Sleep(outage);
        Assert.Equal(before + 2, lab.RaftOf(leader)!.LastIndex);
        lab.Await("the answers", () => append.IsDone && get.IsDone, _recovery);
        Assert.Equal("once", lab.Get(client, "k"));
    });

    /// <summary>An append that is applied, but whose client can neither be answered nor ask again.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="isForgotten">Whether the client will never learn what became of it.</param>
    private static (KvJob Append, KvClient Client) AppendWithoutAnswer(KvLab lab, bool isForgotten = false)
    {
        lab.Put(lab.NewClient(), "other", "");
        var client = lab.NewClient();
        var leader = Enumerable.Range(0, 3).Single(lab.Leads);
        lab.Reach(client, leader);
        // Opens its session.
        lab.Put(client, "other", "");
        lab.World.Network.Link(leader, client.Host.Index).IsUp = false;
        var append = client.Begin(async () =>
        {
            var appending = client.Clerk.AppendAsync("k", "once");
            if (isForgotten)
                await Assert.ThrowsAsync<ClerkOutcomeUnknownException>(async () => await appending);
            else
                await appending;
        });
        lab.Sleep(Lab.HeartbeatInterval);
        Assert.Equal("once", lab.Get(lab.NewClient(), "k"));
        lab.World.Network.Link(client.Host.Index, leader).IsUp = false;
        Assert.False(append.IsDone);
        return (append, client);
    }

    private static int SessionsOf(KvLab lab) =>
        Enumerable.Range(0, lab.Servers).Max(server => lab.ServerOf(server)!.StateMachine.SessionCount);

    /// <summary>The median of many.</summary>
    private static TimeSpan TimeOfAPut(KvLab lab, KvClient client)
    {
        var times = new List<TimeSpan>();
        for (var put = 0; put < 21; put++)
        {
            var before = lab.World.Now;
            lab.Put(client, "k", lab.FreshValue());
            times.Add(lab.World.Now - before);
        }

        return times.Order().ElementAt(10);
    }

    private static void WriteSnapshots(KvLab lab)
    {
        var client = lab.NewClient();
        for (var write = 0; write < 30; write++)
            lab.Put(client, "other", lab.FreshValue());
        Assert.All(lab.Connected(), server => Assert.True(lab.RaftOf(server)!.Snapshot.Index.Value > 10));
    }

    private static SeedConfiguration WithSnapshots(SeedConfiguration configuration) =>
        configuration with { SnapshotEveryEntries = 10, TrailingEntries = 5 };
}
