using RaftKv.Client.Threading;
using RaftKv.Consensus;
using RaftKv.Node.Disk;
using RaftKv.Storage;
using Xunit;

namespace RaftKv.Scenarios.Storage;

public sealed class FileDiskTests : IDisposable
{
    private static readonly StorageOptions _options = new() { SegmentBytes = 4096, SnapshotChunkBytes = 512 };
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "raftkv-" + Guid.NewGuid().ToString("N"));
    private readonly LoopThread _loop;
    private Exception? _failure;

    public FileDiskTests() => _loop = new LoopThread("test", exception => _failure = exception);

    public void Dispose()
    {
        _loop.Dispose();
        Assert.Null(_failure);
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public Task What_was_flushed_is_there_when_the_directory_is_opened_again() => OnLoop(async () =>
    {
        var log = NaiveLog.Fresh;
        for (var life = 0; life < 3; life++)
        {
            using var disk = new FileDisk(_directory, _loop);
            var recovered = await Persister.OpenAsync(disk, _options, StorageBench.Identity, FirstStart.Joins);
            Assert.Null(log.Difference(recovered, await recovered.LoadSnapshotAsync()));
            using var persister = recovered.Persister;
            for (var token = 1; token <= 30; token++)
            {
                var write = token switch
                {
                    1 => new StorageWrite(token, StorageWriteKind.HardState) { HardState = new(new(life + 1), new(2)) },
                    20 => new StorageWrite(token, StorageWriteKind.Compact)
                    {
                        Snapshot = new(new(log.LastIndex - 5), log.Entries[^6].Term),
                        CompactThrough = new(log.LastIndex - 9),
                    },
                    _ => new StorageWrite(token, StorageWriteKind.Append)
                    {
                        Entries = new[] { StorageBench.Entry(log.LastIndex + 1, new(life + 1), 300) },
                    },
                };
                if (write.Kind == StorageWriteKind.Compact)
                    await persister.SaveSnapshotAsync(write.Snapshot, NaiveLog.Content(write.Snapshot));
                persister.Append(write);
                log = log.After(write);
                Assert.Equal(token, await persister.FlushAsync());
                await persister.MaintainAsync();
                Assert.True(_loop.IsCurrent);
            }
        }
    });

    [Fact]
    public Task Two_cannot_hold_one_directory() => OnLoop(async () =>
    {
        using (new FileDisk(_directory, _loop))
        {
            var refusal = Assert.Throws<IOException>(() => new FileDisk(_directory, _loop));
            Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        }

        using var disk = new FileDisk(_directory, _loop);
        Assert.Empty(await disk.ListAsync());
    });

    [Fact]
    public Task A_write_that_fails_is_reported_by_the_next_flush() => OnLoop(async () =>
    {
        using var disk = new FileDisk(_directory, _loop);
        using var file = await disk.OpenAsync("a");
        file.Write(-1, new byte[1]);
        await Assert.ThrowsAsync<IOException>(async () => await file.FlushAsync());
    });

    [Fact]
    public Task Files_are_extended_by_zeros_cut_renamed_and_deleted() => OnLoop(async () =>
    {
        using var disk = new FileDisk(_directory, _loop);
        using (var file = await disk.OpenAsync("a"))
        {
            file.Write(0, "hello"u8.ToArray());
            file.SetLength(100_000);
            Assert.Equal(100_000, file.Length);
            file.SetLength(4);
            file.SetLength(6);
            await file.FlushAsync();
            var bytes = new byte[10];
            Assert.Equal(6, await file.ReadAsync(0, bytes));
            Assert.Equal("hell\0\0"u8.ToArray(), bytes[..6]);
            Assert.Equal(0, await file.ReadAsync(6, bytes));
        }

        using var other = await disk.OpenAsync("b");
        Assert.Equal(["a", "b"], await disk.ListAsync());
        await disk.RenameAsync("a", "b");
        await disk.FlushDirectoryAsync();
        Assert.Equal(["b"], await disk.ListAsync());
        await disk.DeleteAsync("b");
        await disk.DeleteAsync("b");
        Assert.Empty(await disk.ListAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await disk.OpenAsync("../b"));
    });

    private Task OnLoop(Func<Task> test)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(async _ =>
        {
            try
            {
                await test();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }, null);
        return done.Task;
    }
}
