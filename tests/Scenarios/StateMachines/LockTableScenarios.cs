using System.Text;
using RaftKv.Linearizability;
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

    [Fact]
    public void Whatever_befalls_the_servers_every_answer_is_one_that_a_single_table_could_have_given() =>
        LockTableLab.Run(3, lab =>
        {
            var history = new HistoryRecorder<LockInput, LockResult>();
            LockClient[] clients = [.. Enumerable.Range(1, 3).Select(number => new LockClient(lab, history, number))];
            foreach (var client in clients)
                client.Next();
            for (var round = 0; round < 6; round++)
            {
                Strike(lab);
                lab.Sleep(lab.Choose.Between("struck", TimeSpan.Zero, 2 * Labs.Lab.ElectionTimeout));
                Repair(lab);
            }

            lab.AwaitOneLeaderOfAll();
            foreach (var client in clients)
                client.IsStopped = true;
            lab.Await("the clients' end", () => clients.All(client => client.IsDone), Labs.Lab.ElectionTimeout);
            var budget = new Budget { Steps = 20_000_000 };
            Assert.Equal(Verdict.Linearizable, Checker.Check(new LockModel(), history.ToHistory(), budget).Verdict);
            Assert.All(clients, client => Assert.True(client.Answers > 20));
        });

    [Fact]
    public void A_server_that_missed_more_than_the_log_keeps_answers_from_the_snapshot_that_it_gets() =>
        LockTableLab.Run(3, lab =>
        {
            var leader = lab.AwaitOneLeaderOfAll();
            var late = (leader + 1) % 3;
            lab.Do("take door c1", out _);
            lab.Crash(late);
            var (least, most) = (0, 0);
            for (var round = 0; round < 30; round++)
            {
                lab.Do("add 1", out var attempts);
                (least, most) = (least + 1, most + attempts);
            }

            var first = lab.RaftOf(lab.CheckOneLeader())!.FirstIndex;
            lab.Restart(late);
            lab.Await("recovery", () => lab.RaftOf(late) is not null, Labs.Lab.ElectionTimeout);
            Assert.True(lab.AppliedBy(late).Next < first, $"{lab.AppliedBy(late)} {first}");
            lab.AwaitOneLeaderOfAll();
            lab.Await("the snapshot", () => lab.RaftOf(late)!.Snapshot.Index.Next >= first, Labs.Lab.ElectionTimeout);
            var (outcome, answer) = lab.Ask(late, each => each.QueryAsync("door"u8.ToArray()))!.Value;
            Assert.Equal((ReadEnd.Ready, "c1"), (outcome.End, answer.Owner));
            Assert.InRange(answer.Counter, least, most);
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
