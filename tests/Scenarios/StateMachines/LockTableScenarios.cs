using System.Text;
using RaftKv.Server;
using Xunit;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>A state machine of one's own, under crashes, power losses and partitions.</summary>
public sealed class LockTableScenarios
{
    [Fact]
    public void Locks_exclude_each_other_and_the_counter_misses_nothing_whatever_befalls_the_leader() =>
        LockTableLab.Run(3, lab =>
        {
            var (least, most) = (0, 0);
            for (var round = 0; round < 12; round++)
            {
                lab.Do("add 1", out var attempts);
                (least, most) = (least + 1, most + attempts);
                var owner = $"c{round % 2}";
                Assert.True(lab.Do($"take door {owner}", out _).Done);
                Strike(lab);
                var other = lab.Do($"take door other", out _);
                Assert.Equal((false, owner), (other.Done, other.Owner));
                Assert.False(lab.Do("give door other", out _).Done);
                // The answer to a repetition says that somebody else, or nobody, holds it: it was given back before.
                lab.Do($"give door {owner}", out _);
                Repair(lab);
            }

            var leader = lab.AwaitOneLeaderOfAll();
            for (var server = 0; server < 3; server++)
            {
                var (outcome, answer) = lab.Ask(
                    server, each => each.QueryAsync(Encoding.UTF8.GetBytes("door")))!.Value;
                Assert.Equal(ReadEnd.Ready, outcome.End);
                Assert.Null(answer.Owner);
                Assert.InRange(answer.Counter, least, most);
            }

            Assert.NotEqual(default, lab.RaftOf(leader)!.Snapshot);
        });

    private static void Strike(LockTableLab lab)
    {
        var leader = lab.CheckOneLeader();
        switch (lab.Random(3))
        {
            case 0:
                lab.Network.Disconnect(leader);
                break;
            case 1:
                lab.Crash(leader);
                break;
            default:
                lab.RestartAll();
                break;
        }
    }

    private static void Repair(LockTableLab lab)
    {
        for (var server = 0; server < lab.Servers; server++)
        {
            if (!lab.IsUp(server))
                lab.Restart(server);
            lab.Network.Connect(server);
        }
    }
}
