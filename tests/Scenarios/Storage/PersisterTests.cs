using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class PersisterTests
{
    private readonly StorageBench _bench = new();

    [Fact]
    public void A_flush_reports_what_was_written_before_it_and_not_what_came_meanwhile()
    {
        _bench.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(1);
        Assert.True(_bench.Live(async () =>
        {
            await _bench.OpenAsync();
            _bench.WriteTerm(1);
            var flush = _bench.Persister.FlushAsync();
            _bench.WriteEntries(1, 10);
            Assert.False(flush.IsCompleted);
            Assert.Equal(1, await flush);
            Assert.Equal(2, await _bench.Persister.FlushAsync());
            Assert.Equal(2, await _bench.Persister.FlushAsync());
        }));
    }

    [Fact]
    public async Task Another_nodes_or_clusters_directory_is_refused()
    {
        await _bench.OpenAsync();
        var disk = new SimDisk(_bench.Scheduler, null, _bench.Volume, _bench.Latencies);
        foreach (var stranger in new StorageIdentity[] { new("test", new(2)), new("tests", new(1)) })
        {
            var refusal = await Assert.ThrowsAsync<ForeignStorageException>(() =>
                Persister.OpenAsync(disk, _bench.Options, stranger, FirstStart.Joins));
            Assert.Contains("node n1 of cluster 'test'", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_failed_flush_is_final_though_the_disk_recovers()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        _bench.Volume.Faults.NextFlushFails = true;
        await Assert.ThrowsAsync<IOException>(() => _bench.FlushAsync());
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Persister.FlushAsync());
        Assert.Throws<IOException>(() => _bench.WriteTerm(2));
    }

    [Fact]
    public async Task A_short_write_fails_the_flush_and_is_cut_at_the_next_start()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await _bench.FlushAsync();
        _bench.WriteEntries(1, 700);
        _bench.Volume.Faults.NextWriteFails = true;
        await Assert.ThrowsAsync<IOException>(() => _bench.FlushAsync());
        var recovered = await _bench.OpenAsync();
        Assert.Equal(new HardState(new(1), NodeId.None), recovered.State.HardState);
        Assert.Empty(recovered.State.Entries);
    }

    [Fact]
    public async Task A_cut_of_a_torn_batch_that_fails_half_way_is_made_at_the_next_start()
    {
        for (var length = 1; length < 400; length += 3)
        {
            var bench = new StorageBench();
            await bench.OpenAsync();
            bench.WriteTerm(1);
            bench.WriteEntries(1, 20);
            await bench.FlushAsync();
            bench.WriteEntries(2, length);
            bench.Volume.Faults.NextWriteFails = true;
            await Assert.ThrowsAsync<IOException>(bench.FlushAsync);
            bench.Volume.Faults.NextWriteFails = true;
            await Assert.ThrowsAsync<IOException>(bench.OpenAsync);

            Assert.Single((await bench.OpenAsync()).State.Entries);
        }
    }

    [Fact]
    public async Task A_full_disk_fails_the_flush_that_needs_a_new_segment_and_loses_nothing()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        _bench.WriteEntries(1, 1000);
        await _bench.FlushAsync();
        _bench.Volume.Faults.CapacityBytes = _bench.Volume.UsedBytes + 100;
        _bench.WriteEntries(2, 3000);
        var failure = await Assert.ThrowsAsync<IOException>(() => _bench.FlushAsync());
        Assert.Contains("no space", failure.Message, StringComparison.Ordinal);
        Assert.Single((await _bench.OpenAsync()).State.Entries);
        Assert.DoesNotContain(_bench.Volume.Files.Keys, name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disk_that_hangs_delays_the_flush_and_nothing_else()
    {
        Assert.True(_bench.Live(async () =>
        {
            await _bench.OpenAsync();
            _bench.Volume.Faults.HangsUntilTicks = TimeSpan.FromSeconds(30).Ticks;
            _bench.WriteTerm(1);
            await _bench.FlushAsync();
        }));
        Assert.Equal(TimeSpan.FromSeconds(30).Ticks, _bench.Scheduler.NowTicks);
    }

    [Fact]
    public async Task Segments_whose_entries_are_compacted_are_deleted_and_the_rest_still_opens()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1, 1);
        for (var index = 1; index <= 40; index++)
        {
            _bench.WriteEntries(index, 500);
            await _bench.FlushAsync();
        }

        var before = _bench.Volume.Files.Count;
        await _bench.CompactAsync(30, 25);
        await _bench.FlushAsync();
        Assert.InRange(_bench.Volume.Files.Count, 2, before - 3);
        var recovered = await _bench.OpenAsync();
        Assert.InRange(recovered.State.Entries[0].Index.Value, 20, 26);
        Assert.Equal(40, recovered.State.Entries[^1].Index.Value);
    }

    [Fact]
    public async Task Hard_states_alone_do_not_fill_the_disk()
    {
        await _bench.OpenAsync();
        for (var term = 1; term <= 500; term++)
        {
            _bench.WriteTerm(term, 1 + term % 3);
            await _bench.FlushAsync();
        }

        Assert.Single(_bench.Volume.Files.Keys, name => name.StartsWith("wal-", StringComparison.Ordinal));
        await _bench.OpenAsync();
        Assert.Single(_bench.Volume.Files);
    }

    [Fact]
    public async Task A_flush_neither_fills_a_segment_nor_deletes_one()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        for (var index = 1; index <= 20; index++)
        {
            _bench.WriteEntries(index, 1000);
            var (names, bytes) = (_bench.Volume.Files.Count, _bench.Volume.UsedBytes);
            if (index == 15)
                await _bench.CompactAsync(14, 14);
            Assert.Equal(_bench.LastToken, await _bench.Persister.FlushAsync());
            if (index != 15)
                Assert.Equal((names, bytes), (_bench.Volume.Files.Count, _bench.Volume.UsedBytes));
            await _bench.Persister.MaintainAsync();
        }

        Assert.DoesNotContain(SegmentHeader.FileName(1), _bench.Volume.Files.Keys);
    }

    [Fact]
    public void Nothing_goes_on_after_the_storage_was_closed()
    {
        var stopped = 0;
        for (var operations = 1; operations <= 30; operations++)
        {
            var bench = new StorageBench();
            bench.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(1);
            var closedAt = long.MaxValue;
            Assert.True(bench.Live(Life, operations, () =>
            {
                if (bench.Persister is null)
                    return;
                bench.Persister.Dispose();
                closedAt = bench.Scheduler.EventCount;
            }));

            async Task Life()
            {
                await bench.OpenAsync();
                bench.WriteTerm(1);
                bench.WriteEntries(1, 3900);
                try
                {
                    await bench.FlushAsync();
                }
                catch (ObjectDisposedException)
                {
                    // Only the operation that the disk had begun came to its end.
                    Assert.InRange(bench.Scheduler.EventCount - closedAt, 0, 1);
                    stopped++;
                }
            }
        }

        Assert.InRange(stopped, 4, 20);
    }

    [Fact]
    public async Task A_write_that_cannot_follow_those_before_it_is_refused()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(5, 1);
        _bench.WriteEntries(1, 1, 1);
        Refused(new(0, StorageWriteKind.HardState) { HardState = new(new(4), new(1)) });
        Refused(new(0, StorageWriteKind.HardState) { HardState = new(new(5), new(2)) });
        Refused(new(0, StorageWriteKind.HardState) { HardState = new(new(5), NodeId.None) });
        Refused(new(0, StorageWriteKind.Append));
        Refused(new(0, StorageWriteKind.Append) { Entries = new[] { StorageBench.Entry(4, new(5), 1) } });
        Refused(new(0, StorageWriteKind.Append) { Entries = new[] { StorageBench.Entry(3, new(6), 1) } });
        Refused(new(0, StorageWriteKind.Append) { Entries = new[] { StorageBench.Entry(0, new(5), 1) } });
        await Assert.ThrowsAsync<InvariantViolationException>(() => _bench.CompactAsync(2, 3));
        Assert.Throws<InvariantViolationException>(() =>
            _bench.Persister.Append(new(1, StorageWriteKind.HardState) { HardState = new(new(6), new(1)) }));
        await _bench.FlushAsync();
        Assert.Equal(2, (await _bench.OpenAsync()).State.Entries.Count);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name()
    {
        var disk = new SimDisk(_bench.Scheduler, null, _bench.Volume, _bench.Latencies);
        var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            Persister.OpenAsync(
                disk, new StorageOptions { SegmentBytes = 4095 }, StorageBench.Identity, FirstStart.Joins));
        Assert.Contains("SegmentBytes", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Persister.OpenAsync(disk, _bench.Options, new StorageIdentity("", new(1)), FirstStart.Joins));
    }

    private void Refused(StorageWrite write) => Assert.Throws<InvariantViolationException>(() => _bench.Write(write));
}
