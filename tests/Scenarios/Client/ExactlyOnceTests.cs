using FsCheck.Xunit;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using Xunit;
using static RaftKv.Scenarios.Client.ClerkWorld;

namespace RaftKv.Scenarios.Client;

[Properties(Replay = "20261122,7")]
public sealed class ExactlyOnceTests
{
    /// <summary>What befalls one attempt on its way to a real state machine and back.</summary>
    public enum Fate
    {
        Answered,
        Applied_but_not_answered,
        Lost,
        Applied_later_but_not_answered,
        Applied_but_the_server_cannot_tell,
        Not_the_leader,
        Not_applied,
        Busy,
        Not_sent,
    }

    [Property(MaxTest = 300)]
    public void Whatever_befalls_its_attempts_an_append_is_applied_at_most_once(Fate[] fates, byte end)
    {
        using var world = new ClerkWorld
        {
            GrantsSessions = false,
            Options = new()
            {
                Endpoints = ["a", "b"],
                ClusterId = "test",
                OperationTimeout = TimeSpan.FromSeconds(2),
                AttemptTimeout = TimeSpan.FromMilliseconds(200),
            },
        };
        var machine = new KvStateMachine(new KvOptions());
        var late = new Queue<KvCommand>();
        long index = 0;
        var healed = false;
        world.Answer = attempt =>
        {
            var fate = healed || fates.Length == 0 ? Fate.Answered : fates[attempt.Number % fates.Length];
            if (fate is Fate.Applied_later_but_not_answered) late.Enqueue(attempt.Command);
            else if (attempt.Number % 3 == 2 && late.TryDequeue(out var delayed)) machine.Apply(new(++index), delayed);
            var applied = fate <= Fate.Applied_but_not_answered || fate == Fate.Applied_but_the_server_cannot_tell
                ? machine.Apply(new(++index), KvCommandCodec.Encode(attempt.Command))
                : default;
            return fate switch
            {
                Fate.Answered => RpcResult.Replied(new KvReply(applied)),
                Fate.Applied_but_the_server_cannot_tell => Reply(KvStatus.Unknown),
                Fate.Not_the_leader => Reply(KvStatus.NotLeader, leader: "b"),
                Fate.Not_applied => Reply(KvStatus.NotApplied),
                Fate.Busy => Reply(KvStatus.Busy),
                Fate.Not_sent => Failed(RpcOutcome.NotSent),
                _ => null,
            };
        };

        var clerk = world.Clerk();
        var appends = new List<Task>();
        for (var i = 0; i < 12; i++)
        {
            appends.Add(clerk.AppendAsync("k", $"[{i}]").AsTask());
            world.Advance(i % 3 == 0 ? 300 : 0);
        }

        world.Advance(4 * end);
        healed = end % 2 == 0;
        world.Advance(2_100);
        foreach (var command in late) machine.Apply(new(++index), command);

        var value = System.Text.Encoding.UTF8.GetString((machine.Read("k") ?? default).Span);
        for (var i = 0; i < appends.Count; i++)
        {
            var times = value.Split($"[{i}]").Length - 1;
            Assert.True(appends[i].IsCompleted);
            if (appends[i].IsCompletedSuccessfully) Assert.Equal(1, times);
            else if (appends[i].Exception?.InnerException is ClerkOutcomeUnknownException) Assert.InRange(times, 0, 1);
            else Assert.Equal(0, times);
        }
    }
}
