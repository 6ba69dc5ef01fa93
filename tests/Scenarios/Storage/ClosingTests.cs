using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Sim.World;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

/// <summary>Storage that is closed, or cannot be opened, leaves no file open, whatever was under way.</summary>
public sealed class ClosingTests
{
    private static readonly SnapshotId _id = new(new(1), new(1));
    private static readonly StorageOptions _options = new() { SegmentBytes = 4096, SnapshotChunkBytes = 512 };

    private readonly SimVolume _volume = new();
    private readonly CountingDisk _disk;

    public ClosingTests() => _disk = new CountingDisk(
        new SimDisk(new Scheduler(new Trace()), null, _volume, new Decisions(1).Stream(Concern.Disk)));

    [Fact]
    public async Task Every_file_is_closed_with_the_storage()
    {
        var persister = (await OpenAsync()).Persister;
        persister.Append(new(1, StorageWriteKind.HardState) { HardState = new(new(1), default) });
        var entry = new LogEntry(new(1), new(1), EntryKind.Command, new byte[3000]);
        persister.Append(new(2, StorageWriteKind.Append) { Entries = new[] { entry } });
        await persister.FlushAsync();
        await persister.MaintainAsync();
        await persister.SaveSnapshotAsync(_id, new byte[2000]);
        await persister.StoreChunkAsync(new(new(2), new(1)), 0, 2000, new byte[600]);
        // The segment, the next one, the snapshot, and the one that is being received.
        Assert.Equal(4, _disk.OpenFiles);

        persister.Dispose();

        Assert.Equal(0, _disk.OpenFiles);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await persister.ReadSnapshotAsync(_id, 0));
    }

    [Fact]
    public async Task Damage_that_is_found_leaves_nothing_open()
    {
        (await OpenAsync()).Persister.Dispose();
        _volume.Files[SegmentHeader.FileName(1)].FlipBit(20, 1);
        await Assert.ThrowsAsync<CorruptStorageException>(OpenAsync);
        Assert.Equal(0, _disk.OpenFiles);
    }

    private Task<Recovered> OpenAsync() =>
        Persister.OpenAsync(_disk, _options, StorageBench.Identity, FirstStart.Joins);

    private sealed class CountingDisk(IDisk disk) : IDisk
    {
        public int OpenFiles { get; private set; }

        public ValueTask<IReadOnlyList<string>> ListAsync() => disk.ListAsync();

        public async ValueTask<IDiskFile> OpenAsync(string name)
        {
            var file = await disk.OpenAsync(name);
            OpenFiles++;
            return new CountedFile(this, file);
        }

        public ValueTask RenameAsync(string from, string to) => disk.RenameAsync(from, to);

        public ValueTask DeleteAsync(string name) => disk.DeleteAsync(name);

        public ValueTask FlushDirectoryAsync() => disk.FlushDirectoryAsync();

        private sealed class CountedFile(CountingDisk owner, IDiskFile file) : IDiskFile
        {
            public long Length => file.Length;

            public ValueTask<int> ReadAsync(long offset, Memory<byte> destination) =>
                file.ReadAsync(offset, destination);

            public void Write(long offset, ReadOnlyMemory<byte> data) => file.Write(offset, data);

            public void SetLength(long length) => file.SetLength(length);

            public ValueTask FlushAsync() => file.FlushAsync();

            public void Dispose() => owner.OpenFiles--;
        }
    }
}
