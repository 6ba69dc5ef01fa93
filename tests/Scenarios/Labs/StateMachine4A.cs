using System.Runtime.CompilerServices;
using RaftKv.Scenarios.Catalogue;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 4A: the replicated state machine, here a <see cref="Ledger"/> to which 1 or -1 is added.</summary>
public sealed class StateMachine4A
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    [Fact]
    [Scenario(nameof(TestBasic4A), IsRandom = true)]
    public void TestBasic4A() => Run(lab =>
    {
        for (var count = 1; count <= 10; count++)
        {
            Assert.Equal(count, Increment(lab));
            AwaitBalance(lab, count, 0, 1, 2);
        }
    });

    [Fact]
    [Scenario(nameof(TestConcurrent4A), IsRandom = true)]
    public void TestConcurrent4A() => Run(lab =>
    {
        var leader = lab.CheckOneLeader();
        var submits = Submit(lab, leader, 50, amount: 1);
        lab.Await("50 answers", () => submits.All(IsAnswered), _patience);
        Assert.Equal(
            Enumerable.Range(1, 50).Select(balance => (long)balance),
            submits.Select(submit => submit.Outcome!.Result.Result).Order());
        AwaitBalance(lab, 50, 0, 1, 2);
    });

    [Fact]
    [Scenario(nameof(TestLeaderFailure4A), IsRandom = true)]
    public void TestLeaderFailure4A() => Run(lab =>
    {
        Increment(lab);
        var leader = lab.CheckOneLeader();
        lab.Network.Disconnect(leader);
        Assert.Equal(2, Increment(lab));
        AwaitBalance(lab, 2, (leader + 1) % 3, (leader + 2) % 3);
        lab.Network.Connect(leader);
        AwaitBalance(lab, 2, 0, 1, 2);
    });

    [Fact]
    [Scenario(nameof(TestLeaderPartition4A), IsRandom = true)]
    public void TestLeaderPartition4A() => Run(lab =>
    {
        Increment(lab);
        var leader = lab.CheckOneLeader();
        lab.Network.Disconnect(leader);
        var submits = Submit(lab, leader, 100, amount: -1);
        // The labs answer when the old leader hears of a new one. Ours knows before that that it does not lead, but not
        // what becomes of the commands: they could live on in another server's log.
        lab.Await("100 answers", () => submits.All(IsAnswered), 2 * Lab.ElectionTimeout);
        Assert.All(submits, submit => Assert.Equal(ProposalEnd.Unknown, submit.Outcome!.Result.End));
        Assert.Equal(2, Increment(lab));

        lab.Network.Connect(leader);
        Increment(lab, 100);
        AwaitBalance(lab, 102, 0, 1, 2);
    });

    [Fact]
    [Scenario(nameof(TestRestartReplay4A), IsRandom = true)]
    public void TestRestartReplay4A() => Run(lab =>
    {
        Increment(lab, 100);
        lab.RestartAll();
        Assert.Equal(101, Increment(lab));
        AwaitBalance(lab, 101, 0, 1, 2);
    });

    [Fact]
    [Scenario(nameof(TestShutdown4A), IsRandom = true)]
    public void TestShutdown4A() => Run(lab =>
    {
        Increment(lab);
        var submits = Submit(lab, lab.CheckOneLeader(), 100, amount: 1);
        lab.Sleep(lab.Choose.Between("shutdown", TimeSpan.Zero, TimeSpan.FromMilliseconds(2)));
        ShutDown(lab);
        lab.Await("100 answers", () => submits.All(IsAnswered), TimeSpan.FromSeconds(2));
        lab.RestartAll();
        AwaitRightAnswers(lab, submits, first: 2);
    });

    [Fact]
    [Scenario(nameof(TestRestartSubmit4A), IsRandom = true)]
    public void TestRestartSubmit4A() => Run(lab =>
    {
        Increment(lab, 100);
        lab.RestartAll();
        Assert.Equal(101, Increment(lab));
        var submits = Submit(lab, lab.CheckOneLeader(), 100, amount: 1);
        lab.Sleep(lab.Choose.Between("shutdown", TimeSpan.Zero, TimeSpan.FromMilliseconds(2)));
        ShutDown(lab);
        lab.Await("100 answers", () => submits.All(IsAnswered), TimeSpan.FromSeconds(2));
        lab.RestartAll();
        AwaitRightAnswers(lab, submits, first: 102);
    });

    [Fact]
    [Scenario(nameof(TestSnapshot4C), IsRandom = true)]
    public void TestSnapshot4C() => Run(lab =>
    {
        Increment(lab, 100);
        AwaitBalance(lab, 100, 0, 1, 2);
        lab.Sleep(Lab.HeartbeatInterval);
        Assert.InRange(lab.LongestLog, 0, 2000);
        lab.RestartAll();
        Assert.Equal(101, Increment(lab));
        Assert.All(Enumerable.Range(0, 3), server =>
            Assert.InRange(lab.RaftOf(server)!.Snapshot.Index.Value, 80, 150));
        AwaitBalance(lab, 101, 0, 1, 2);
    }, new LedgerOptions { SnapshotEvery = 20 });

    private static void Run(
        Action<LedgerLab> scenario, LedgerOptions? options = null, [CallerMemberName] string test = "") =>
        LedgerLab.Run(3, scenario, options, test);

    private static bool IsAnswered(Proposal proposal) => proposal.Outcome is { IsCompleted: true };

    /// <summary>Adds 1 through whichever connected server leads.</summary>
    /// <returns>The balance that the server answered.</returns>
    private static long Increment(LedgerLab lab)
    {
        for (var end = lab.World.Now + _patience; lab.World.Now < end; lab.Sleep(20))
        {
            var leaders = lab.Connected().Where(lab.Leads).ToArray();
            if (leaders.Length == 0)
                continue;
            var submit = lab.Offer(leaders.MaxBy(server => lab.RaftOf(server)!.Term), 1);
            lab.Await("an answer", () => IsAnswered(submit), _patience);
            if (submit.Outcome!.Result is { End: ProposalEnd.Applied, Result: var balance })
                return balance;
        }

        lab.Fail("no leader applied an increment");
        return 0;
    }

    private static void Increment(LedgerLab lab, int times)
    {
        for (var i = 0; i < times; i++)
            Increment(lab);
    }

    private static Proposal[] Submit(LedgerLab lab, int server, int count, long amount) =>
        [.. Enumerable.Range(0, count).Select(_ => lab.Offer(server, amount))];

    private static void AwaitBalance(LedgerLab lab, long balance, params int[] servers) =>
        lab.Await($"balance {balance}", () => servers.All(server => lab.BalanceOf(server) == balance), _patience);

    /// <summary>Ends the servers in good order, so that they can still answer.</summary>
    private static void ShutDown(LedgerLab lab)
    {
        for (var server = 0; server < lab.Servers; server++)
            lab.ShutDown(server);
        lab.Sleep(0);
    }

    /// <summary>Who was told of success was told a balance of its own, which outlives the restart.</summary>
    private static void AwaitRightAnswers(LedgerLab lab, Proposal[] submits, long first)
    {
        var balances = submits.Select(submit => submit.Outcome!.Result)
            .Where(outcome => outcome.End == ProposalEnd.Applied)
            .Select(outcome => outcome.Result)
            .ToArray();
        Assert.Equal(Enumerable.Range(0, balances.Length).Select(more => first + more), balances.Order());
        lab.OneOnAll();
        Assert.All(Enumerable.Range(0, lab.Servers), server =>
            Assert.InRange(
                lab.AmountsOf(server).Count(amount => amount == 1), first - 1 + balances.Length, first + 99));
    }
}
