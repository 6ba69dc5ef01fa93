using RaftKv.Consensus;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class BatchTests
{
    [Fact]
    public void Batches_of_large_values_share_their_memory()
    {
        var batch = new Batch();
        Fill();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Fill();
        // Ten batches of 16 MB; each used to leave twice as much behind.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);

        void Fill()
        {
            for (var i = 1; i <= 16; i++)
                batch.Add(new(i, StorageWriteKind.Append) { Entries = new[] { _entry } });
            Assert.Equal(16 << 20, batch.Seal(1, 0, 0, 0, out _).Length & ~0xFFFFF);
            batch.Clear();
        }
    }

    private static readonly LogEntry _entry = new(new(1), new(1), EntryKind.Command, new byte[1 << 20]);
}
