using RaftKv.Scenarios.Catalogue;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class CorruptionTests
{
    [Fact]
    [Scenario("torn last record; bit flips in log, snapshot and hard state")]
    public void A_flipped_bit_is_refused_wherever_it_is_not_in_unused_space()
    {
        var bench = ThreeSegmentsAndASnapshot();
        foreach (var (name, file) in bench.Volume.Files)
        {
            var used = UsedBytes(file);
            for (var offset = 0; offset < file.Length; offset++)
            {
                var (at, bit) = (offset, offset % 8);
                var refusal = Open(bench, (damaged, _) => damaged[name].FlipBit(at, bit), out var difference);
                if (offset < used) Assert.True(refusal?.FileName == name, $"{name} at {offset}: {refusal?.Message}");
                else Assert.True(refusal is not null || difference is null, $"{name} at {offset}: {difference}");
            }
        }
    }

    [Fact]
    public void A_sector_of_zeros_before_the_last_batch_is_refused()
    {
        var bench = ThreeSegmentsAndASnapshot();
        var newest = bench.Volume.Files.Keys.Last();
        foreach (var (name, file) in bench.Volume.Files)
        {
            var end = UsedBytes(file) - (name == newest ? LastBatchBytes : 0);
            for (var sector = 0; sector < end; sector += SimFile.SectorBytes)
            {
                var (at, bytes) = (sector, Math.Min(SimFile.SectorBytes, end - sector));
                var refusal = Open(bench, (damaged, _) => damaged[name].Write(at, new byte[bytes]), out _);
                Assert.True(refusal?.FileName == name, $"{name} at {sector}: {refusal?.Message}");
            }
        }
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        var bench = ThreeSegmentsAndASnapshot();
        var names = bench.Volume.Files.Keys
            .Where(name => !name.EndsWith(".tmp", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(4, names.Length);
        foreach (var name in names[..^1])
            Assert.NotNull(Open(bench, (_, volume) => volume.Delete(name), out _));
    }

    [Fact]
    public void Damage_before_the_mark_of_a_snapshot_is_named_where_it_is()
    {
        var bench = new StorageBench();
        Assert.True(bench.Live(async () =>
        {
            await bench.OpenAsync();
            bench.WriteTerm(3, 2);
            for (var index = 1; index <= 14; index++)
            {
                bench.WriteEntries(index, 700);
                await bench.FlushAsync();
            }

            await bench.CompactAsync(14, 14);
            await bench.FlushAsync();
            bench.WriteEntries(15, 700);
            await bench.FlushAsync();
        }));
        // What the segment begins behind is deleted: cut off before the mark, it lacks that.
        var name = Assert.Single(
            bench.Volume.Files.Keys, file => file.StartsWith("wal-", StringComparison.Ordinal));
        var at = SegmentHeader.Bytes + BatchHeader.Bytes + 100;
        var refusal = Open(bench, (damaged, _) => damaged[name].FlipBit(at, 3), out _);
        Assert.Equal((name, (long)SegmentHeader.Bytes), (refusal?.FileName, refusal?.Offset));
        Assert.Contains("does not verify", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_with_snapshots_but_no_log_is_no_fresh_node()
    {
        var bench = ThreeSegmentsAndASnapshot();
        var refusal = Open(bench, (damaged, volume) =>
        {
            foreach (var name in damaged.Keys.Where(name => name.StartsWith("wal", StringComparison.Ordinal)).ToArray())
                volume.Delete(name);
        }, out _);
        Assert.Contains("term and vote are lost", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Scenario("torn last record; bit flips in log, snapshot and hard state")]
    public void A_torn_last_batch_is_cut_and_its_space_is_zero_again()
    {
        var bench = ThreeSegmentsAndASnapshot();
        var (name, file) = bench.Volume.Files.Last();
        var offset = UsedBytes(file);
        var volume = Copy(bench.Volume);
        volume.Files[name].Write(offset + 30, new byte[] { 1, 2, 3 });
        Assert.Null(Difference(bench, volume));
        Assert.Equal(offset, UsedBytes(volume.Files[name]));
    }

    /// <summary>The last batch: header, a record of one entry of 700 bytes, end mark, padding.</summary>
    private const int LastBatchBytes = (40 + 13 + 13 + 700 + 1 + 7) / 8 * 8;

    private static StorageBench ThreeSegmentsAndASnapshot()
    {
        var bench = new StorageBench();
        Assert.True(bench.Live(async () =>
        {
            await bench.OpenAsync();
            bench.WriteTerm(3, 2);
            await bench.FlushAsync();
            for (var index = 1; index <= 12; index++)
            {
                bench.WriteEntries(index, 700);
                await bench.FlushAsync();
                if (index == 3) await bench.CompactAsync(3, 1);
            }
        }));
        return bench;
    }

    private static CorruptStorageException? Open(
        StorageBench bench, Action<IReadOnlyDictionary<string, SimFile>, SimVolume> damage, out string? difference)
    {
        difference = null;
        var volume = Copy(bench.Volume);
        damage(volume.Files, volume);
        try
        {
            difference = Difference(bench, volume);
            return null;
        }
        catch (CorruptStorageException refusal)
        {
            return refusal;
        }
    }

    private static string? Difference(StorageBench bench, SimVolume volume)
    {
        var disk = new SimDisk(bench.Scheduler, null, volume, bench.Latencies);
        var recovered = Persister.OpenAsync(disk, bench.Options, StorageBench.Identity, FirstStart.Joins)
            .GetAwaiter().GetResult();
        return bench.Durable.Difference(recovered, recovered.LoadSnapshotAsync().AsTask().GetAwaiter().GetResult());
    }

    private static SimVolume Copy(SimVolume volume)
    {
        var copy = new SimVolume();
        foreach (var (name, file) in volume.Files)
        {
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            copy.OpenOrCreate(name).Write(0, bytes);
        }

        return copy;
    }

    private static int UsedBytes(SimFile file)
    {
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return (int)BatchHeader.Align(bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);
    }
}
