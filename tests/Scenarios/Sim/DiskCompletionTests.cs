using RaftKv.Platform;
using RaftKv.Sim.World;
using Xunit;

namespace RaftKv.Scenarios.Sim;

public class DiskCompletionTests
{
    private const int Flushes = 1000;

    // The least object for each flush would come to 24,000 bytes.
    private const long BytesOfNone = 5_000;

    [Fact]
    public void A_flush_allocates_nothing_once_the_disk_is_warm()
    {
        var allocated = long.MaxValue;
        Run(async file =>
        {
            // Warm is also the code: before it is optimised, which happens beside this, awaiting boxes.
            for (var attempt = 0; attempt < 2000 && allocated > BytesOfNone; attempt++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                await FlushAsync(file);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        });

        Assert.InRange(allocated, 0, BytesOfNone);
    }

    [Fact]
    public void An_outcome_is_taken_once()
    {
        Run(async file =>
        {
            var outcome = file.FlushAsync();
            var early = outcome;
            Assert.Throws<InvalidOperationException>(early.GetAwaiter().GetResult);
            await outcome;
            var late = outcome;
            Assert.Throws<InvalidOperationException>(late.GetAwaiter().GetResult);
        });
    }

    private static async Task FlushAsync(IDiskFile file)
    {
        for (var i = 0; i < Flushes; i++)
            await file.FlushAsync();
    }

    private static void Run(Func<IDiskFile, Task> use)
    {
        var world = new SimWorld(seed: 1);
        var storage = new SimStorage(world.Scheduler, world.Decisions.Stream(Concern.Disk));
        storage.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(1);
        var isDone = false;
        world.AddNode("n1", Boot, storage).Start();
        world.RunToEnd();
        Assert.Null(world.Failure);
        Assert.True(isDone);

        async void Boot(NodePlatform platform)
        {
            await use(await platform.Disk.OpenAsync("log"));
            isDone = true;
        }
    }
}
