using RaftKv.Platform;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class HostDiskTests
{
    private readonly byte[] _found = new byte[3];
    private bool _isFlushed;
    private int _boots;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_flushed_is_there_for_the_next_incarnation(bool isPowerLoss)
    {
        var (world, node, _) = Start();
        Assert.True(world.RunUntil(() => _isFlushed, TimeSpan.FromMinutes(1)));
        node.Crash(isPowerLoss);
        node.Start();
        world.RunToEnd();
        Assert.Null(world.Failure);
        Assert.Equal([1, 2, 3], _found);
    }

    [Fact]
    public void A_crash_during_a_flush_leaves_its_caller_waiting_for_ever()
    {
        var (world, node, volume) = Start();
        Assert.True(world.RunUntil(() => volume.UsedBytes == 3, TimeSpan.FromMinutes(1)));
        node.Crash(isPowerLoss: false);
        world.RunToEnd();
        Assert.Null(world.Failure);
        Assert.False(_isFlushed);
    }

    private (SimWorld World, SimNode Node, SimVolume Volume) Start()
    {
        var world = new SimWorld(seed: 1);
        var storage = new SimStorage(world.Scheduler, world.Decisions.Stream(Concern.Disk));
        storage.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(1);
        var node = world.AddNode("n1", Boot, storage);
        node.Start();
        return (world, node, storage.Volume);
    }

    private async void Boot(NodePlatform platform)
    {
        var isFirst = _boots++ == 0;
        var file = await platform.Disk.OpenAsync("log");
        if (!isFirst)
        {
            await file.ReadAsync(0, _found);
            return;
        }

        file.Write(0, new byte[] { 1, 2, 3 });
        await file.FlushAsync();
        await platform.Disk.FlushDirectoryAsync();
        _isFlushed = true;
    }
}
