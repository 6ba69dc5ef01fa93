using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class SnapshotTests
{
    private static readonly SnapshotId _id = new(new(30), new(1));
    private static readonly SnapshotId _other = new(new(40), new(1));
    private readonly StorageBench _bench = new();

    [Fact]
    public async Task Pieces_of_two_snapshots_never_mix()
    {
        await _bench.OpenAsync();
        var (content, other) = (NaiveLog.Content(_id), NaiveLog.Content(_other));
        Assert.Equal(new(100, false), await StoreAsync(_id, content, 0, 100));
        Assert.Equal(new(0, false), await StoreAsync(_other, other, 100, 50));
        Assert.Equal(new(100, false), await StoreAsync(_id, content, 200, 50));
        Assert.Equal(new(60, false), await StoreAsync(_other, other, 0, 60));
        Assert.Equal(new(0, false), await StoreAsync(_id, content, 100, 50));
        Assert.Equal(new(other.Length, true), await StoreAsync(_other, other, 60, other.Length - 60));
        Assert.Equal(other, (await _bench.Persister.LoadSnapshotAsync(_other)).ToArray());
    }

    [Fact]
    public async Task A_repeated_piece_is_answered_with_the_offset_that_is_expected()
    {
        await _bench.OpenAsync();
        var content = NaiveLog.Content(_id);
        await StoreAsync(_id, content, 0, 300);
        Assert.Equal(new(300, false), await StoreAsync(_id, content, 0, 300));
        Assert.Equal(new(300, false), await StoreAsync(_id, content, 299, 2));
        Assert.Equal(new(content.Length, true), await StoreAsync(_id, content, 300, content.Length - 300));
        Assert.Equal(new(content.Length, true), await StoreAsync(_id, content, 0, 300));
        Assert.Equal(content, (await _bench.Persister.LoadSnapshotAsync(_id)).ToArray());
    }

    [Fact]
    public async Task A_piece_that_reaches_beyond_the_end_or_a_length_beyond_the_limit_stores_nothing()
    {
        await _bench.OpenAsync();
        Assert.Equal(new(0, false), await _bench.Persister.StoreChunkAsync(_id, 0, 10, new byte[11]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await _bench.Persister.StoreChunkAsync(_id, 0, long.MaxValue, new byte[11]));
        Assert.DoesNotContain(_bench.Volume.Files.Keys, name => name.StartsWith("snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_snapshot_is_one()
    {
        await _bench.OpenAsync();
        Assert.Equal(new(0, true), await _bench.Persister.StoreChunkAsync(_id, 0, 0, default));
        Assert.Equal(0, (await _bench.Persister.ReadSnapshotAsync(_id, 0, 100)).Data.Length);
    }

    [Fact]
    public async Task Pieces_read_for_sending_add_up_to_the_content_whatever_their_size()
    {
        await _bench.OpenAsync();
        var content = NaiveLog.Content(_id);
        await _bench.Persister.SaveSnapshotAsync(_id, content);
        foreach (var size in new[] { 1, 7, 512, 513, 100_000 })
        {
            var read = new List<byte>();
            while (read.Count < content.Length)
            {
                var chunk = await _bench.Persister.ReadSnapshotAsync(_id, read.Count, size);
                Assert.Equal((_id, (long)read.Count), (chunk.Snapshot, chunk.Offset));
                Assert.Equal(content.Length, chunk.TotalBytes);
                Assert.InRange(chunk.Data.Length, 1, size);
                read.AddRange(chunk.Data.Span);
            }

            Assert.Equal(content, read);
        }
    }

    [Fact]
    public async Task A_piece_of_a_snapshot_that_is_gone_is_the_beginning_of_the_newest()
    {
        await _bench.OpenAsync();
        await _bench.Persister.SaveSnapshotAsync(_other, NaiveLog.Content(_other));
        foreach (var (id, offset) in new[] { (_id, 100L), (_other, 1L << 40), (_other, -1L) })
        {
            var chunk = await _bench.Persister.ReadSnapshotAsync(id, offset, 50);
            Assert.Equal((_other, 0L, 50), (chunk.Snapshot, chunk.Offset, chunk.Data.Length));
        }
    }

    [Fact]
    public async Task A_damaged_piece_is_not_sent_and_stops_the_node()
    {
        await _bench.OpenAsync();
        await _bench.Persister.SaveSnapshotAsync(_id, NaiveLog.Content(_id));
        _bench.Volume.Files[SnapshotHeader.FileName(_id)].FlipBit(SnapshotHeader.Bytes + 600, 3);
        await _bench.Persister.ReadSnapshotAsync(_id, 0, 512);
        await Assert.ThrowsAsync<CorruptStorageException>(async () =>
            await _bench.Persister.ReadSnapshotAsync(_id, 512, 512));
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Persister.FlushAsync());
    }

    [Fact]
    public async Task The_previous_snapshot_stays_until_the_log_durably_names_the_next()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await _bench.ResetAsync(_id);
        await _bench.FlushAsync();
        await _bench.ResetAsync(_other);
        Assert.Contains(SnapshotHeader.FileName(_id), _bench.Volume.Files.Keys);
        await _bench.FlushAsync();
        Assert.DoesNotContain(SnapshotHeader.FileName(_id), _bench.Volume.Files.Keys);
        Assert.Contains(SnapshotHeader.FileName(_other), _bench.Volume.Files.Keys);
    }

    [Fact]
    public async Task An_older_snapshot_never_replaces_the_one_in_force()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await _bench.ResetAsync(_other);
        await _bench.FlushAsync();
        await _bench.Persister.SaveSnapshotAsync(_id, NaiveLog.Content(_id));
        Assert.Equal(new(0, false), await StoreAsync(_id, NaiveLog.Content(_id), 0, NaiveLog.Content(_id).Length));
        Assert.Equal(_other, (await _bench.Persister.ReadSnapshotAsync(_id, 0, 10)).Snapshot);
        Assert.Null(_bench.Durable.Difference(await _bench.OpenAsync()));
    }

    [Fact]
    public async Task The_log_cannot_name_a_snapshot_that_is_not_durable()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        Assert.Throws<InvariantViolationException>(() =>
            _bench.Write(new StorageWrite(0, StorageWriteKind.Reset) { Snapshot = _id }));
        _bench.Volume.Faults.NextFlushFails = true;
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Persister.SaveSnapshotAsync(_id, new byte[9]));
    }

    private ValueTask<SnapshotReceipt> StoreAsync(SnapshotId id, byte[] content, int offset, int bytes) =>
        _bench.Persister.StoreChunkAsync(id, offset, content.Length, content.AsMemory(offset, bytes));
}
