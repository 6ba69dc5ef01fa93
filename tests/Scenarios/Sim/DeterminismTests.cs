using RaftKv.Platform;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class DeterminismTests
{
    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.ByteStream)]
    [InlineData(DeliveryMode.Adversarial)]
    public void A_seed_always_gives_the_same_hash_and_another_seed_another(object mode)
    {
        Assert.Equal(Run(new Decisions(1), (DeliveryMode)mode), Run(new Decisions(1), (DeliveryMode)mode));
        Assert.NotEqual(Run(new Decisions(1), (DeliveryMode)mode), Run(new Decisions(2), (DeliveryMode)mode));
    }

    [Fact]
    public void A_recording_replays_to_the_same_hash_under_another_seed()
    {
        var original = new Decisions(1, record: true);
        var hash = Run(original, DeliveryMode.Adversarial);
        Assert.True(original.Recorded.Count > 1000);
        Assert.Equal(hash, Run(new Decisions(999, original.Recorded), DeliveryMode.Adversarial));
        Assert.NotEqual(hash, Run(new Decisions(999), DeliveryMode.Adversarial));
    }

    [Fact]
    public void One_edited_choice_changes_the_schedule()
    {
        var original = new Decisions(1, record: true);
        var hash = Run(original, DeliveryMode.Ordered);
        var edited = original.Recorded.First(decision => decision.Site == "jitter") with { Value = 0 };
        Assert.NotEqual(hash, Run(new Decisions(1, [edited]), DeliveryMode.Ordered));
    }

    [Fact]
    public void Recording_the_trace_does_not_change_the_hash()
    {
        var silent = Run(new Decisions(1), DeliveryMode.Ordered);
        Assert.Equal(silent, Run(new Decisions(1), DeliveryMode.Ordered, recordsTrace: true));
    }

    [Fact]
    public void A_trace_is_aligned_lines_of_bounded_number()
    {
        var trace = new Trace(record: true, maxLines: 2);
        trace.AddLine(1, "n1", TraceKind.Start, "dropped");
        trace.AddLine(12_345_678, "n2", TraceKind.Deliver, "from n1, 130 bytes");
        trace.AddLine(6_000_000_000, null, TraceKind.Fault, "all links healed");
        var text = new StringWriter();
        trace.WriteTo(text);
        Assert.Equal(
            [
                "The first 1 lines are not kept.",
                "    1.2345678  n2        deliver     from n1, 130 bytes",
                "  600.0000000  -         fault       all links healed",
            ],
            text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
    }

    [Fact]
    public void A_run_with_a_recorded_trace_tells_what_happened()
    {
        var world = Play(new Decisions(1), DeliveryMode.Ordered, recordsTrace: true);
        Assert.Contains(world.Trace.Lines, line => line.Contains("n1        start       incarnation 1"));
        Assert.Contains(world.Trace.Lines, line => line.Contains("deliver     from n1, 8 bytes"));
        Assert.Contains(world.Trace.Lines, line => line.Contains("crash       the power failed"));
    }

    private static UInt128 Run(Decisions decisions, DeliveryMode mode, bool recordsTrace = false) =>
        Play(decisions, mode, recordsTrace).Trace.Hash.Value;

    /// <summary>Three nodes that chatter, while one of them crashes and comes back.</summary>
    private static SimWorld Play(Decisions decisions, DeliveryMode mode, bool recordsTrace)
    {
        var conditions = new LinkConditions { Drop = new Ratio(1, 50), Reorder = new Ratio(1, 10) };
        var world = new SimWorld(decisions, new WorldOptions
        {
            Network = new NetworkOptions { Mode = mode, Conditions = conditions },
            RecordsTrace = recordsTrace,
        });
        string[] names = ["n1", "n2", "n3"];
        foreach (var name in names)
            world.AddNode(name, platform => new Chatter(platform, name, names).Start()).Start();
        world.After(TimeSpan.FromSeconds(1), () => world.Nodes[0].Crash(isPowerLoss: true));
        world.After(TimeSpan.FromSeconds(2), () => world.Nodes[0].Start());
        world.RunFor(TimeSpan.FromSeconds(4));
        Assert.Null(world.Failure);
        Assert.True(world.Network.MessageCount > 500);
        return world;
    }
}

/// <summary>Sends a random number to every peer, at random times, over connections that it renews.</summary>
internal sealed class Chatter(NodePlatform platform, string name, string[] names) : IConnectionHandler
{
    public void Start()
    {
        platform.Network.Listen(name, connection => connection.Start(this));
        foreach (var peer in names.Where(peer => peer != name)) _ = ChatAsync(peer);
    }

    public void Received(ReadOnlySpan<byte> bytes)
    {
    }

    public void Closed(string reason)
    {
    }

    private async Task ChatAsync(string peer)
    {
        while (true)
        {
            var (connection, _) = await platform.Network.ConnectAsync(peer, CancellationToken.None);
            connection?.Start(this);
            do
            {
                await Task.Delay(TimeSpan.FromMilliseconds(platform.Entropy.Below(20)), platform.Time);
            }
            while (connection?.Send(BitConverter.GetBytes(platform.Entropy.NextUInt64())) == true);
        }
    }
}
