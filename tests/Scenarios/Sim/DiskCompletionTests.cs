using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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
        var flushes = new FlushLoop();
        Run(async file =>
        {
            await flushes.RunAsync(file);
            await flushes.RunAsync(file);
        });

        Assert.InRange(flushes.Allocated, 0, BytesOfNone);
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

    /// <summary>
    /// Flushes one after the other without an async method: until that is optimised, which happens beside the tests
    /// and at any time, it allocates itself.
    /// </summary>
    private sealed class FlushLoop
    {
        private readonly Action _flushed;
        private TaskCompletionSource _done = new();
        private ValueTaskAwaiter _flush;
        private IDiskFile _file = null!;
        private int _left;
        private long _before;

        public FlushLoop() => _flushed = Flushed;

        /// <summary>Bytes that the last run took.</summary>
        public long Allocated { get; private set; }

        public Task RunAsync(IDiskFile file)
        {
            (_file, _left, _done) = (file, Flushes, new TaskCompletionSource());
            _before = GC.GetAllocatedBytesForCurrentThread();
            Flush();
            return _done.Task;
        }

        [SuppressMessage("Reliability", "CA2012", Justification = "its result is taken once, in Flushed")]
        private void Flush()
        {
            _flush = _file.FlushAsync().GetAwaiter();
            _flush.UnsafeOnCompleted(_flushed);
        }

        private void Flushed()
        {
            _flush.GetResult();
            if (--_left > 0)
            {
                Flush();
                return;
            }

            Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
            _done.SetResult();
        }
    }
}
