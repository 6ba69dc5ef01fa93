using FsCheck.Xunit;
using RaftKv.Consensus;
using Xunit;

namespace RaftKv.Scenarios.Consensus;

/// <summary>The chunked log against a plain list, and the promise that slices never change.</summary>
public sealed class RaftLogProperties
{
    [Property(MaxTest = 300)]
    public void The_log_behaves_like_a_list(ushort start, (byte Operation, ushort Size)[] operations)
    {
        var origin = new SnapshotId(new(start % 2000), new(start % 3));
        var log = new RaftLog(origin);
        var model = new Model(origin);
        var slices = new List<(ReadOnlyMemory<LogEntry> Slice, LogEntry[] Copy)>();
        var term = origin.Term.Value;
        foreach (var (operation, size) in operations)
        {
            switch (operation % 8)
            {
                case 0 or 1 or 2 or 3:
                    term += operation % 2;
                    for (var i = 0; i < size % 1500; i++)
                    {
                        var entry = new LogEntry(
                            log.LastIndex.Next, new(term), EntryKind.Command, new byte[size % 5]);
                        log.Append(entry);
                        model.Entries.Add(entry);
                    }

                    break;
                case 4 or 5 when model.Entries.Count > 0:
                    var cut = size % model.Entries.Count;
                    log.TruncateFrom(model.Entries[cut].Index);
                    model.Entries.RemoveRange(cut, model.Entries.Count - cut);
                    term = Math.Max(term, log.LastTerm.Value);
                    break;
                case 6 when model.Entries.Count > 0:
                    var through = model.Entries[size % model.Entries.Count];
                    log.CompactThrough(through.Index);
                    model.Compact(through);
                    break;
                case 7 when size % 10 == 0:
                    model = new Model(new(log.LastIndex + 3, new(++term)));
                    log.Restart(model.Base);
                    break;
            }

            Compare(log, model, size);
            if (log.LastIndex > log.BaseIndex)
            {
                var slice = log.Slice(log.FirstIndex + (size % (log.LastIndex - log.BaseIndex)), size % 50, out _);
                slices.Add((slice, slice.ToArray()));
            }
        }

        Assert.All(slices, pair => Assert.Equal(pair.Copy, pair.Slice.ToArray()));
    }

    private static void Compare(RaftLog log, Model model, int probe)
    {
        Assert.Equal(model.Base, new SnapshotId(log.BaseIndex, log.BaseTerm));
        Assert.Equal(model.Last, new SnapshotId(log.LastIndex, log.LastTerm));
        for (var index = log.FirstIndex; index <= log.LastIndex;)
        {
            var slice = log.Slice(index, log.LastIndex);
            Assert.NotEqual(0, slice.Length);
            Assert.Equal(
                model.Entries.GetRange((int)(index - log.FirstIndex), slice.Length).ToArray(), slice.ToArray());
            index += slice.Length;
        }

        var limit = log.BaseIndex + (probe % (log.LastIndex - log.BaseIndex + 1));
        var term = new Term(probe % (log.LastTerm.Value + 2));
        var expected = model.Base.Term <= term ? model.Base.Index : model.Base.Index.Previous;
        foreach (var entry in model.Entries.TakeWhile(entry => entry.Index <= limit && entry.Term <= term))
            expected = entry.Index;
        Assert.Equal(expected, log.LastWithTermAtMost(limit, term));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(6, 4)]
    [InlineData(99, 5)]
    public void A_slice_holds_what_fits_and_at_least_one_entry(long maxBytes, int expected)
    {
        var log = new RaftLog(SnapshotId.None);
        foreach (var entry in Enumerable.Range(1, 5))
            log.Append(new LogEntry(new(entry), new(1), EntryKind.Command, new byte[entry == 1 ? 3 : 1]));

        Assert.Equal(expected, log.Slice(new(1), maxBytes, out _).Length);
        Assert.Equal(0, log.Slice(new(6), maxBytes, out _).Length);
    }

    private sealed class Model(SnapshotId origin)
    {
        public SnapshotId Base { get; private set; } = origin;

        public List<LogEntry> Entries { get; } = [];

        public SnapshotId Last => Entries.Count == 0 ? Base : new(Entries[^1].Index, Entries[^1].Term);

        public void Compact(LogEntry through)
        {
            Entries.RemoveRange(0, (int)(through.Index - Base.Index));
            Base = new(through.Index, through.Term);
        }
    }

    [Fact]
    public void A_log_that_is_compacted_uses_its_chunks_again_once_nobody_has_slices_of_them()
    {
        var log = new RaftLog(SnapshotId.None);
        Fill();
        var slice = log.Slice(log.LastIndex - 700, log.LastIndex);
        var kept = slice.ToArray();
        Fill();
        Assert.Equal(kept, slice.ToArray());

        for (var i = 0; i < 3; i++)
            Live();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Live();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Live()
        {
            log.ReuseDropped();
            Fill();
        }

        void Fill()
        {
            for (var i = 0; i < 5_000; i++)
                log.Append(new LogEntry(log.LastIndex.Next, new(1), EntryKind.Command, default));
            log.CompactThrough(log.LastIndex - 1_234);
        }
    }
}
