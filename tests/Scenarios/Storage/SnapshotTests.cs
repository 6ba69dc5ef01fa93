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
    public async Task Pieces_of_two_snapshots_never_mix_S12()
    {
        await _bench.OpenAsync();
        Assert.Equal(new(100, false), await StoreAsync(_id, 0, 100));
        Assert.Equal(new(0, false), await StoreAsync(_other, 100, 50));
        Assert.Equal(new(100, false), await StoreAsync(_id, 200, 50));
        Assert.Equal(new(60, false), await StoreAsync(_other, 0, 60));
        Assert.Equal(new(0, false), await StoreAsync(_id, 100, 50));
        var total = Stream(_other).Length;
        Assert.Equal(new(total, true), await StoreAsync(_other, 60, total - 60));
        Assert.Equal(NaiveLog.Content(_other), await _bench.Persister.LoadSnapshotAsync(_other));
    }

    [Fact]
    public async Task A_repeated_piece_is_answered_with_the_offset_that_is_expected()
    {
        await _bench.OpenAsync();
        var total = Stream(_id).Length;
        await StoreAsync(_id, 0, 300);
        Assert.Equal(new(300, false), await StoreAsync(_id, 0, 300));
        Assert.Equal(new(300, false), await StoreAsync(_id, 299, 2));
        Assert.Equal(new(total, true), await StoreAsync(_id, 300, total - 300));
        Assert.Equal(new(total, true), await StoreAsync(_id, 0, 300));
        Assert.Equal(NaiveLog.Content(_id), await _bench.Persister.LoadSnapshotAsync(_id));
    }

    [Fact]
    public async Task A_piece_that_reaches_beyond_the_end_is_not_stored_and_an_absurd_length_harms_nobody()
    {
        await _bench.OpenAsync();
        Assert.Equal(new(0, false), await _bench.Persister.StoreChunkAsync(_id, 0, 10, new byte[11]));
        Assert.Equal(new(11, false), await _bench.Persister.StoreChunkAsync(_id, 0, long.MaxValue, new byte[11]));
        var total = Stream(_id).Length;
        Assert.Equal(new(total, true), await StoreAsync(_id, 0, total));
    }

    [Fact]
    public async Task A_stream_that_does_not_verify_as_a_whole_is_received_again()
    {
        await _bench.OpenAsync();
        var harmed = Stream(_id);
        harmed[7] ^= 1;
        Assert.Equal(new(0, false), await _bench.Persister.StoreChunkAsync(_id, 0, harmed.Length, harmed));
        Assert.Equal(new(0, false), await _bench.Persister.StoreChunkAsync(_id, 0, 0, default));
        Assert.DoesNotContain(_bench.Volume.Files.Keys, name => name.StartsWith("snapshot", StringComparison.Ordinal));
        Assert.Equal(new(harmed.Length, true), await StoreAsync(_id, 0, harmed.Length));
    }

    [Fact]
    public async Task An_empty_snapshot_is_one()
    {
        await _bench.OpenAsync();
        var stream = SnapshotBytes.Stream([]);
        Assert.Equal(new(4, true), await _bench.Persister.StoreChunkAsync(_id, 0, 4, stream));
        Assert.Equal(stream, (await _bench.Persister.ReadSnapshotAsync(_id, 0)).Data.ToArray());
        Assert.Empty(await _bench.Persister.LoadSnapshotAsync(_id));
    }

    [Fact]
    public async Task Pieces_read_for_sending_add_up_to_the_stream_from_wherever_the_follower_is()
    {
        await _bench.OpenAsync();
        var stream = Stream(_id);
        await _bench.Persister.SaveSnapshotAsync(_id, NaiveLog.Content(_id));
        for (var start = 0; start < stream.Length; start += 37)
        {
            var read = new List<byte>(stream[..start]);
            while (read.Count < stream.Length)
            {
                var chunk = await _bench.Persister.ReadSnapshotAsync(_id, read.Count);
                Assert.Equal((_id, (long)read.Count), (chunk.Snapshot, chunk.Offset));
                Assert.Equal(stream.Length, chunk.TotalBytes);
                Assert.InRange(chunk.Data.Length, 1, _bench.Options.SnapshotChunkBytes);
                read.AddRange(chunk.Data.Span);
            }

            Assert.Equal(stream, read);
        }
    }

    [Fact]
    public async Task Pieces_are_no_larger_than_the_options_say_whatever_the_file_was_written_with()
    {
        await _bench.OpenAsync();
        var stream = Stream(_id);
        _bench.WriteTerm(1);
        await _bench.ResetAsync(_id);
        await _bench.FlushAsync();
        _bench.Options = _bench.Options with { SnapshotChunkBytes = 100 };
        await _bench.OpenAsync();
        var read = new List<byte>();
        while (read.Count < stream.Length)
        {
            var chunk = await _bench.Persister.ReadSnapshotAsync(_id, read.Count);
            Assert.InRange(chunk.Data.Length, 1, 100);
            read.AddRange(chunk.Data.Span);
        }

        Assert.Equal(stream, read);
    }

    [Fact]
    public async Task A_piece_of_a_snapshot_that_is_gone_is_the_beginning_of_the_newest()
    {
        await _bench.OpenAsync();
        await _bench.Persister.SaveSnapshotAsync(_other, NaiveLog.Content(_other));
        foreach (var (id, offset) in new[] { (_id, 100L), (_other, 1L << 40), (_other, -1L) })
        {
            var chunk = await _bench.Persister.ReadSnapshotAsync(id, offset);
            Assert.Equal((_other, 0L, 512), (chunk.Snapshot, chunk.Offset, chunk.Data.Length));
        }
    }

    [Fact]
    public async Task A_damaged_piece_is_not_sent_and_stops_the_node_S17()
    {
        await _bench.OpenAsync();
        await _bench.Persister.SaveSnapshotAsync(_id, NaiveLog.Content(_id));
        _bench.Volume.Files[SnapshotHeader.FileName(_id)].FlipBit(SnapshotHeader.Bytes + 600, 3);
        await _bench.Persister.ReadSnapshotAsync(_id, 0);
        await Assert.ThrowsAsync<CorruptStorageException>(async () =>
            await _bench.Persister.ReadSnapshotAsync(_id, 512));
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Persister.FlushAsync());
    }

    [Fact]
    public async Task A_large_snapshot_is_written_and_read_in_small_pieces()
    {
        await _bench.OpenAsync();
        var content = new byte[5 << 20];
        for (var i = 0; i < content.Length; i++) content[i] = (byte)(i * 7 / 3);
        var turns = 0;
        var saved = await _bench.Persister.SaveSnapshotAsync(_id, new SnapshotBytes(content, 40_000), TakeTurn);
        Assert.Equal((content.Length, (content.Length / 40_000) + 1), (saved, turns));
        Assert.Equal(content, await _bench.Persister.LoadSnapshotAsync(_id));

        Task TakeTurn()
        {
            turns++;
            return Task.CompletedTask;
        }
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
    public async Task A_snapshot_that_is_being_sent_stays_until_its_end_was_read()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await _bench.ResetAsync(_id);
        await _bench.FlushAsync();
        var first = await _bench.Persister.ReadSnapshotAsync(_id, 0);
        await _bench.ResetAsync(_other);
        await _bench.FlushAsync();
        var rest = new List<byte>(first.Data.ToArray());
        while (rest.Count < first.TotalBytes)
        {
            var chunk = await _bench.Persister.ReadSnapshotAsync(_id, rest.Count);
            Assert.Equal(_id, chunk.Snapshot);
            rest.AddRange(chunk.Data.Span);
            await _bench.Persister.MaintainAsync();
        }

        Assert.Equal(Stream(_id), rest);
        Assert.DoesNotContain(SnapshotHeader.FileName(_id), _bench.Volume.Files.Keys);
    }

    [Fact]
    public async Task What_was_received_of_a_snapshot_goes_when_a_newer_one_is_in_force()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await StoreAsync(_id, 0, 100);
        _bench.WriteEntries(1, new int[50]);
        await _bench.FlushAsync();
        Assert.Contains(_bench.Volume.Files.Keys, IsOfId);

        await _bench.CompactAsync(index: _other.Index.Value, through: 1);
        await _bench.FlushAsync();

        Assert.DoesNotContain(_bench.Volume.Files.Keys, IsOfId);
        Assert.Equal(new(0, false), await StoreAsync(_id, 100, 50));

        static bool IsOfId(string name) => name.StartsWith(SnapshotHeader.FileName(_id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_snapshot_never_replaces_the_one_in_force_S20()
    {
        await _bench.OpenAsync();
        _bench.WriteTerm(1);
        await _bench.ResetAsync(_other);
        await _bench.FlushAsync();
        await _bench.Persister.SaveSnapshotAsync(_id, NaiveLog.Content(_id));
        Assert.Equal(new(0, false), await StoreAsync(_id, 0, Stream(_id).Length));
        Assert.Equal(_other, (await _bench.Persister.ReadSnapshotAsync(_id, 0)).Snapshot);
        await _bench.OpenAsync();
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

    private static byte[] Stream(SnapshotId id) => SnapshotBytes.Stream(NaiveLog.Content(id));

    private ValueTask<SnapshotReceipt> StoreAsync(SnapshotId id, int offset, int bytes)
    {
        var stream = Stream(id);
        return _bench.Persister.StoreChunkAsync(id, offset, stream.Length, stream.AsMemory(offset, bytes));
    }
}
