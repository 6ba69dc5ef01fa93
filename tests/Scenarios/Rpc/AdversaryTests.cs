using FsCheck;
using FsCheck.Xunit;
using RaftKv.Rpc;
using Xunit;

namespace RaftKv.Scenarios.Rpc;

/// <summary>A network that loses, repeats, misplaces and damages whole writes.</summary>
public class AdversaryTests
{
    [Property(MaxTest = 300)]
    public void Whatever_the_network_does_a_call_gets_its_own_answer_or_none(NonNegativeInt[] script)
    {
        using var world = new RpcWorld();
        using var channel = world.Channel();
        var calls = new List<Task<RpcResult>>();
        var answered = 0;
        foreach (var step in script)
        {
            calls.Add(channel.CallAsync(RpcWorld.Put(calls.Count), RpcWorld.Second, CancellationToken.None));
            Interfere(world, step.Get);
            for (; answered < world.Commands.Count; answered++)
                world.Commands[answered].Reply.Send(RpcWorld.Ok(world.Commands[answered].Command.Key));
            world.Time.Advance(TimeSpan.FromMilliseconds(30));
        }
        world.Time.Advance(world.Options.ConnectTimeout);
        for (var i = 0; i < calls.Count; i++)
        {
            var result = calls[i].Now();
            Assert.Equal(result.Outcome == RpcOutcome.Replied ? $"key{i}" : null, result.Reply?.Detail);
        }
    }

    [Fact]
    public void Left_alone_the_same_network_answers()
    {
        using var world = new RpcWorld();
        using var channel = world.Channel();
        var call = channel.CallAsync(RpcWorld.Put(1), RpcWorld.Second, CancellationToken.None);
        world.Network.Deliver();
        world.Commands[0].Reply.Send(RpcWorld.Ok("key1"));
        world.Network.Deliver();
        Assert.Equal("key1", call.Now().Reply!.Detail);
    }

    private static void Interfere(RpcWorld world, int choice)
    {
        if (world.Network.Dialled.Count == 0)
            return;
        var end = choice % 2 == 0 ? world.Connection : world.Connection.Other;
        var inbound = end.Inbound;
        var victim = inbound.Count == 0 ? -1 : choice % inbound.Count;
        switch (choice / 2 % 8)
        {
            case 0 when victim >= 0:
                inbound.RemoveAt(victim);
                break;
            case 1 when victim >= 0:
                inbound.Add(inbound[victim]);
                break;
            case 2 when victim >= 0:
                inbound.Reverse();
                break;
            case 3 when victim >= 0:
                inbound[victim][choice % inbound[victim].Length] ^= (byte)(1 + (choice % 255));
                break;
            case 4:
                end.Break("cable cut");
                break;
            default:
                world.Network.Deliver();
                break;
        }
    }
}
