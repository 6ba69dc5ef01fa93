using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 3B: the log.</summary>
public sealed class Raft3B
{
    private const int CommandBytes = 5000;

    [Fact]
    [Scenario(nameof(TestBasicAgree3B), IsRandom = true)]
    public void TestBasicAgree3B() => LedgerLab.Run(3, lab =>
    {
        var before = lab.RaftOf(lab.CheckOneLeader())!.LastIndex;
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(0, lab.Committed(before + i));
            Assert.Equal(before + i, lab.OneOnAll());
        }
    });

    [Fact]
    [Scenario(nameof(TestRPCBytes3B), IsRandom = true)]
    public void TestRPCBytes3B() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        var before = lab.Bytes;
        for (var i = 0; i < 10; i++)
            lab.One(lab.Fresh(), 3, retry: false, CommandBytes);
        // Each command goes to each of the two peers once; 50,000 bytes are left for headers and heartbeats.
        Assert.InRange(lab.Bytes - before, 2 * 10 * CommandBytes, (3 * 10 * CommandBytes) + 50_000);
    });

    [Fact]
    [Scenario(nameof(TestFollowerFailure3B), IsRandom = true)]
    public void TestFollowerFailure3B() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        var leader = lab.CheckOneLeader();
        lab.Network.Disconnect((leader + 1) % 3);
        lab.One(lab.Fresh(), 2, retry: false);
        lab.Sleep(Lab.LabElectionTimeout);
        var last = lab.One(lab.Fresh(), 2, retry: false);

        leader = lab.CheckOneLeader();
        lab.Network.Disconnect((leader + 1) % 3);
        lab.Network.Disconnect((leader + 2) % 3);
        Assert.Equal(last.Next, lab.Start(leader, lab.Fresh()));
        lab.Sleep(2 * Lab.LabElectionTimeout);
        Assert.Equal(0, lab.Committed(last.Next));
    });

    [Fact]
    [Scenario(nameof(TestLeaderFailure3B), IsRandom = true)]
    public void TestLeaderFailure3B() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        lab.Network.Disconnect(lab.CheckOneLeader());
        lab.One(lab.Fresh(), 2, retry: false);
        lab.Sleep(Lab.LabElectionTimeout);
        var last = lab.One(lab.Fresh(), 2, retry: false);

        lab.Network.Disconnect(lab.CheckOneLeader());
        for (var server = 0; server < 3; server++)
            lab.Start(server, lab.Fresh());
        lab.Sleep(2 * Lab.LabElectionTimeout);
        Assert.Equal(0, lab.Committed(last.Next));
    });

    [Fact]
    [Scenario(nameof(TestFailAgree3B), IsRandom = true)]
    public void TestFailAgree3B() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        var leader = lab.CheckOneLeader();
        lab.Network.Disconnect((leader + 1) % 3);
        lab.One(lab.Fresh(), 2, retry: false);
        lab.One(lab.Fresh(), 2, retry: false);
        lab.Sleep(Lab.LabElectionTimeout);
        lab.One(lab.Fresh(), 2, retry: false);
        lab.One(lab.Fresh(), 2, retry: false);

        lab.Network.Connect((leader + 1) % 3);
        lab.OneOnAll();
        lab.Sleep(Lab.LabElectionTimeout);
        lab.OneOnAll();
    });

    [Fact]
    [Scenario(nameof(TestFailNoAgree3B), IsRandom = true)]
    public void TestFailNoAgree3B() => LedgerLab.Run(5, lab =>
    {
        var first = lab.OneOnAll();
        var leader = lab.CheckOneLeader();
        for (var away = 1; away <= 3; away++)
            lab.Network.Disconnect((leader + away) % 5);
        Assert.Equal(first.Next, lab.Start(leader, lab.Fresh()));
        lab.Sleep(2 * Lab.LabElectionTimeout);
        Assert.Equal(0, lab.Committed(first.Next));

        for (var away = 1; away <= 3; away++)
            lab.Network.Connect((leader + away) % 5);
        // The three may have elected a leader, whose first entry then took the index of the command.
        var second = lab.Start(lab.CheckOneLeader(), lab.Fresh());
        Assert.NotNull(second);
        Assert.InRange(second.Value - first, 1, 3);
        lab.OneOnAll();
    });

    [Fact]
    [Scenario(nameof(TestConcurrentStarts3B), IsRandom = true)]
    public void TestConcurrentStarts3B() => LedgerLab.Run(3, lab =>
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var leader = lab.CheckOneLeader();
            var term = lab.RaftOf(leader)!.Term;
            var amounts = Enumerable.Range(0, 6).Select(_ => lab.Fresh()).ToArray();
            var proposals = amounts.Select(amount => lab.Offer(leader, amount)).ToArray();
            lab.Await("applying six commands", () => proposals.All(proposal =>
                proposal is { IsDecided: true } && (proposal.Index is not { } index || lab.Committed(index) == 3)),
                TimeSpan.FromSeconds(10));
            if (proposals.Any(proposal => proposal.Term != term) || lab.CheckTerms() != term)
                continue;
            Assert.Equal(6, proposals.DistinctBy(proposal => proposal.Index).Count());
            Assert.Equal(amounts, proposals.Select(proposal => lab.Applied[proposal.Index!.Value]));
            return;
        }

        lab.Fail("the term changed too often");
    });

    [Fact]
    [Scenario(nameof(TestRejoin3B), IsRandom = true)]
    public void TestRejoin3B() => LedgerLab.Run(3, lab =>
    {
        lab.OneOnAll();
        var first = lab.CheckOneLeader();
        lab.Network.Disconnect(first);
        for (var i = 0; i < 3; i++)
            Assert.NotNull(lab.Start(first, lab.Fresh()));
        lab.One(lab.Fresh(), 2, retry: true);

        var second = lab.CheckOneLeader();
        lab.Network.Disconnect(second);
        lab.Network.Connect(first);
        lab.One(lab.Fresh(), 2, retry: true);

        lab.Network.Connect(second);
        lab.OneOnAll();
    });

    [Fact]
    [Scenario(nameof(TestBackup3B), IsRandom = true)]
    public void TestBackup3B() => LedgerLab.Run(5, lab =>
    {
        lab.OneOnAll();
        // A leader and one follower, with fifty entries that cannot be committed.
        var first = lab.CheckOneLeader();
        Cut(lab, (first + 2) % 5, (first + 3) % 5, (first + 4) % 5);
        Start50(lab, first);
        lab.Sleep(Lab.LabElectionTimeout / 2);
        Cut(lab, first, (first + 1) % 5);
        Join(lab, (first + 2) % 5, (first + 3) % 5, (first + 4) % 5);
        Commit50(lab);

        // Now the others: fifty more that cannot be committed.
        var second = lab.CheckOneLeader();
        var other = (first + 2) % 5 == second ? (first + 3) % 5 : (first + 2) % 5;
        lab.Network.Disconnect(other);
        Start50(lab, second);
        lab.Sleep(Lab.LabElectionTimeout / 2);

        // The first leader comes back with its follower and the one of the second group that lags.
        for (var server = 0; server < 5; server++)
            lab.Network.Disconnect(server);
        Join(lab, first, (first + 1) % 5, other);
        Commit50(lab);

        Join(lab, 0, 1, 2, 3, 4);
        // Back-tracking one entry at a time takes longer than this.
        var before = lab.World.Now;
        lab.OneOnAll();
        Assert.True(lab.World.Now - before < TimeSpan.FromSeconds(5));
    });

    [Fact]
    [Scenario(nameof(TestCount3B), IsRandom = true)]
    public void TestCount3B() => LedgerLab.Run(3, lab =>
    {
        lab.CheckOneLeader();
        Assert.InRange(lab.Requests, 1, 30);

        var before = lab.Requests;
        for (var i = 0; i < 10; i++)
            lab.One(lab.Fresh(), 3, retry: false);
        Assert.InRange(lab.Requests - before, 1, (10 + 1 + 3) * 3);

        before = lab.Requests;
        lab.Sleep(Lab.LabElectionTimeout);
        Assert.InRange(lab.Requests - before, 0, 60);
    });

    private static void Cut(LedgerLab lab, params int[] servers) => Array.ForEach(servers, lab.Network.Disconnect);

    private static void Join(LedgerLab lab, params int[] servers) => Array.ForEach(servers, lab.Network.Connect);

    private static void Start50(LedgerLab lab, int server)
    {
        for (var i = 0; i < 50; i++)
            Assert.NotNull(lab.Start(server, lab.Fresh()));
    }

    private static void Commit50(LedgerLab lab)
    {
        for (var i = 0; i < 50; i++)
            lab.One(lab.Fresh(), 3, retry: true);
    }
}
