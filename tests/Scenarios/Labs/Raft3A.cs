using RaftKv.Consensus;
using RaftKv.Scenarios.Catalogue;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>Lab 3A: leader election.</summary>
public sealed class Raft3A
{
    [Fact]
    [Scenario(nameof(TestInitialElection3A), IsRandom = true)]
    public void TestInitialElection3A() => LedgerLab.Run(3, lab =>
    {
        var leader = lab.CheckOneLeader();
        lab.Sleep(50);
        var term = lab.CheckTerms();
        Assert.True(term >= new Term(1));
        lab.Sleep(2 * Lab.LabElectionTimeout);
        // The labs only warn when the leader changes without a fault. Ours must not.
        Assert.Equal(term, lab.CheckTerms());
        Assert.Equal(leader, lab.CheckOneLeader());
    });

    [Fact]
    [Scenario(nameof(TestReElection3A), IsRandom = true)]
    public void TestReElection3A() => LedgerLab.Run(3, lab =>
    {
        var first = lab.CheckOneLeader();
        lab.Network.Disconnect(first);
        var second = lab.CheckOneLeader();
        var term = lab.RaftOf(second)!.Term;

        lab.Network.Connect(first);
        lab.Await("following the new leader", () =>
            lab.RaftOf(first) is { Role: Role.Follower } raft && raft.Leader == lab.RaftOf(second)!.Id,
            TimeSpan.FromSeconds(5));
        Assert.Equal(second, lab.CheckOneLeader());
        Assert.Equal(term, lab.CheckTerms());

        lab.Network.Disconnect(second);
        lab.Network.Disconnect((second + 1) % 3);
        Assert.False(lab.IsWithin(2 * Lab.LabElectionTimeout, () => lab.Connected().Any(lab.Leads)));

        lab.Network.Connect((second + 1) % 3);
        lab.CheckOneLeader();
        lab.Network.Connect(second);
        lab.CheckOneLeader();
    });

    [Fact]
    [Scenario(nameof(TestManyElections3A), IsRandom = true)]
    public void TestManyElections3A() => LedgerLab.Run(7, lab =>
    {
        lab.CheckOneLeader();
        for (var round = 0; round < 9; round++)
        {
            // May name a server twice, as in the original.
            int[] away = [lab.Random(7), lab.Random(7), lab.Random(7)];
            Array.ForEach(away, lab.Network.Disconnect);
            lab.CheckOneLeader();
            Array.ForEach(away, lab.Network.Connect);
        }

        lab.CheckOneLeader();
    });
}
