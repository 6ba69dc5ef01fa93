using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// A node's durable memory: the write-ahead log with entries and hard state, and the snapshot that replaces its
/// beginning.
/// </summary>
/// <remarks>
/// Every method may throw <see cref="IOException"/>. Nothing can be said about the disk's content after that, so from
/// then on every method does; the node must stop.
/// </remarks>
internal sealed class Persister : IDisposable
{
    private readonly OpenDisk _disk;
    private readonly WriteAheadLog _log;
    private readonly SnapshotStore _snapshots;
    private IOException? _failure;

    private Persister(OpenDisk disk, WriteAheadLog log, SnapshotStore snapshots) =>
        (_disk, _log, _snapshots) = (disk, log, snapshots);

    /// <summary>Opens a node's storage, or makes one in an empty directory.</summary>
    /// <exception cref="CorruptStorageException">Something durable is damaged or missing.</exception>
    /// <exception cref="ForeignStorageException">The directory is another node's.</exception>
    /// <exception cref="MissingStorageException">The directory is empty, and must not be.</exception>
    /// <exception cref="ArgumentException">An option or the identity is out of range.</exception>
    public static async Task<Recovered> OpenAsync(
        IDisk disk, StorageOptions options, StorageIdentity identity, FirstStart firstStart)
    {
        options.Validate();
        identity.Validate();
        var open = new OpenDisk(disk);
        try
        {
            return await OpenAsync(open, options, identity, firstStart);
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>Adds to what the next <see cref="FlushAsync"/> makes durable. The disk is not touched.</summary>
    /// <exception cref="InvariantViolationException">The write cannot follow those before it.</exception>
    public void Append(in StorageWrite write)
    {
        ThrowIfFailed();
        if (write.Kind is StorageWriteKind.Reset or StorageWriteKind.Compact && write.Snapshot != _log.Durable.Snapshot
            && !_snapshots.Contains(write.Snapshot))
            throw new InvariantViolationException("snapshot before its marker", $"{write.Snapshot} is not durable");
        _log.Append(write);
    }

    /// <summary>Makes everything appended before the call durable. One call at a time.</summary>
    /// <returns>The token of the last durable write, 0 when there was none since the start.</returns>
    public ValueTask<long> FlushAsync()
    {
        ThrowIfFailed();
        return _log.FlushAsync();
    }

    /// <summary>
    /// Does what nobody needs to wait for: deletes what is no longer needed, prepares space. Call it after flushes, one
    /// call at a time; flushes may run meanwhile.
    /// </summary>
    public ValueTask MaintainAsync()
    {
        ThrowIfFailed();
        return _snapshots.HasObsolete || _log.NeedsMaintenance ? Watch(MaintainBothAsync) : ValueTask.CompletedTask;
    }

    /// <summary>
    /// Makes a snapshot of the own state machine durable; then a <see cref="StorageWriteKind.Compact"/> write may name
    /// it. The snapshot in force stays until that write is durable. One that is older than it is ignored.
    /// </summary>
    /// <param name="id">Which snapshot.</param>
    /// <param name="cut">Its content.</param>
    /// <param name="takeTurn">Lets the node's loop do something else between two pieces.</param>
    /// <returns>Length of the content in bytes, or <see langword="null"/> when it was ignored.</returns>
    public ValueTask<long?> SaveSnapshotAsync(SnapshotId id, ISnapshotCut cut, Func<Task> takeTurn) =>
        Watch(() => _snapshots.SaveAsync(id, cut, takeTurn));

    /// <summary>
    /// Stores a received piece. Pieces are accepted in order and of one snapshot at a time; a piece at offset 0 of
    /// another snapshot starts over. Any other piece is not stored, and the answer says which offset is expected. One
    /// call at a time.
    /// </summary>
    public ValueTask<SnapshotReceipt> StoreChunkAsync(
        SnapshotId id, long offset, long totalBytes, ReadOnlyMemory<byte> data) =>
        Watch(() => _snapshots.StoreChunkAsync(id, offset, totalBytes, data));

    /// <summary>
    /// Reads a piece of a snapshot to send: of <paramref name="id"/>, or if that is gone, of the newest from offset 0.
    /// </summary>
    /// <returns>1 to <see cref="StorageOptions.SnapshotChunkBytes"/> verified bytes; none at the end.</returns>
    public ValueTask<SnapshotChunk> ReadSnapshotAsync(SnapshotId id, long offset) =>
        Watch(() => _snapshots.ReadAsync(id, offset));

    /// <summary>Verifies a durable snapshot and hands its content to a state machine, chunk by chunk.</summary>
    /// <exception cref="InvalidDataException">The state machine does not understand it.</exception>
    public ValueTask RestoreSnapshotAsync(SnapshotId id, ISnapshotRestore restore) =>
        Watch(() => _snapshots.RestoreAsync(id, restore));

    /// <summary>
    /// Closes the files; what is not flushed may be lost, and what is under way ends at its next step with an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => _disk.Dispose();

    private static async Task<Recovered> OpenAsync(
        OpenDisk open, StorageOptions options, StorageIdentity identity, FirstStart firstStart)
    {
        var names = await open.ListAsync();
        await TemporaryFiles.DeleteAsync(open, names);
        // A crash may have come between a rename and its flush: what is seen now is relied on from here.
        await open.FlushDirectoryAsync();

        var (segments, snapshotIds) = (new List<long>(), new List<SnapshotId>());
        foreach (var name in names)
        {
            if (SegmentHeader.TryParseName(name, out var sequence))
                segments.Add(sequence);
            else if (SnapshotHeader.TryParseName(name, out var id))
                snapshotIds.Add(id);
        }

        if (segments.Count == 0 && snapshotIds.Count > 0)
            throw new CorruptStorageException(
                SegmentHeader.FileName(1), 0, "there are snapshots but no log: term and vote are lost");
        if (segments.Count == 0 && !firstStart.IsAllowed)
            throw new MissingStorageException();
        var (log, entries) = await WriteAheadLog.OpenAsync(open, options, identity, segments);
        // An empty log may also be what a crash has left of an earlier founding.
        if (log.Durable == default && firstStart.Configuration is { } founding)
            entries = [await log.FoundAsync(founding)];
        var snapshots = new SnapshotStore(open, options, log);
        await snapshots.RecoverAsync(snapshotIds);
        return new Recovered(
            new Persister(open, log, snapshots),
            new RecoveredState(log.Durable.HardState, log.Durable.Snapshot, entries));
    }

    private async ValueTask MaintainBothAsync()
    {
        await _snapshots.DeleteObsoleteAsync();
        await _log.MaintainAsync();
    }

    private async ValueTask Watch(Func<ValueTask> operation) => await Watch(async () =>
    {
        await operation();
        return true;
    });

    private async ValueTask<T> Watch<T>(Func<ValueTask<T>> operation)
    {
        ThrowIfFailed();
        try
        {
            return await operation();
        }
        catch (IOException failure)
        {
            _failure ??= failure;
            throw;
        }
    }

    private void ThrowIfFailed()
    {
        if ((_failure ?? _log.Failure) is { } failure)
            throw new IOException("The storage has failed before and is not used again: " + failure.Message, failure);
    }
}
