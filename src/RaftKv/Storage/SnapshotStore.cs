using System.Buffers;
using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>The snapshot files: usually one, the one that the log names; for a while also the one to come.</summary>
internal sealed class SnapshotStore(IDisk disk, StorageOptions options, WriteAheadLog log)
{
    private readonly List<SnapshotFile> _files = [];
    private SnapshotReception? _reception;
    private SnapshotId _sending;
    private long _temporaryFiles;

    /// <summary>Whether <see cref="DeleteObsoleteAsync"/> would do anything.</summary>
    public bool HasObsolete => HasObsoleteReception || Obsolete() is not null;

    /// <summary>Whether the snapshot is durable.</summary>
    public bool Contains(SnapshotId id) => Find(id) is not null;

    /// <summary>Opens the snapshot that the log names; deletes all others.</summary>
    /// <exception cref="CorruptStorageException">It is missing or damaged.</exception>
    public async Task RecoverAsync(IReadOnlyList<SnapshotId> found)
    {
        var inForce = InForce;
        if (inForce != SnapshotId.None)
        {
            if (!found.Contains(inForce))
                throw new CorruptStorageException(
                    SnapshotHeader.FileName(inForce), 0, "the log names it, but it is missing");
            _files.Add(await SnapshotFile.OpenAsync(disk, inForce));
        }

        foreach (var other in found)
        {
            if (other != inForce)
                await disk.DeleteAsync(SnapshotHeader.FileName(other));
        }
    }

    /// <summary>Makes a snapshot durable, unless it is already or the one in force covers it.</summary>
    /// <returns>Length of the content in bytes, or <see langword="null"/> when nothing was written.</returns>
    public async ValueTask<long?> SaveAsync(SnapshotId id, ISnapshotCut cut, Func<Task> takeTurn)
    {
        if (!IsWanted(id))
            return null;
        var writer = await CreateAsync(id);
        var piece = new ArrayBufferWriter<byte>();
        for (var more = true; more;)
        {
            piece.ResetWrittenCount();
            more = cut.WriteNext(piece);
            await writer.WriteAsync(piece.WrittenMemory);
            await takeTurn();
            if (IsWanted(id))
                continue;
            await writer.DiscardAsync();
            return null;
        }

        var bytes = writer.Length;
        await writer.EndContentAsync();
        await CompleteAsync(writer);
        return bytes;
    }

    /// <summary>Stores a received piece. One call at a time.</summary>
    public async ValueTask<SnapshotReceipt> StoreChunkAsync(
        SnapshotId id, long offset, long totalBytes, ReadOnlyMemory<byte> data)
    {
        if (!IsWanted(id))
            return Contains(id) ? new SnapshotReceipt(totalBytes, true) : default;
        if (_reception is not { } reception || !reception.IsFor(id, totalBytes))
        {
            if (offset != 0)
                return default;
            await StopReceivingAsync();
            _reception = reception = new SnapshotReception(await CreateAsync(id), totalBytes);
        }

        if (reception.Expects(offset, data.Length))
            await reception.WriteAsync(data);
        if (!reception.IsComplete)
            return new SnapshotReceipt(reception.NextOffset, false);
        if (!reception.Writer.IsWhole)
        {
            // Two senders whose snapshots differ, or nonsense: from the beginning again.
            await StopReceivingAsync();
            return default;
        }

        _reception = null;
        await CompleteAsync(reception.Writer);
        return new SnapshotReceipt(totalBytes, Contains(id));
    }

    /// <summary>Reads a piece to send: of the snapshot asked for, or else of the newest from its beginning.</summary>
    public async ValueTask<SnapshotChunk> ReadAsync(SnapshotId id, long offset)
    {
        var file = Find(id) ?? Newest();
        if (file.Id != id || offset < 0 || offset > file.StreamBytes)
            offset = 0;
        // The pieces of the file may be larger, if it was written under other options.
        var data = await file.ReadAsync(offset);
        data = data[..Math.Min(data.Length, options.SnapshotChunkBytes)];
        var chunk = new SnapshotChunk(file.Id, offset, file.StreamBytes, data);
        _sending = chunk.Offset + chunk.Data.Length < chunk.TotalBytes ? chunk.Snapshot : SnapshotId.None;
        return chunk;
    }

    /// <summary>Hands a snapshot's content to a state machine.</summary>
    public ValueTask RestoreAsync(SnapshotId id, ISnapshotRestore restore) =>
        Find(id)?.RestoreAsync(restore) ?? throw new InvariantViolationException("snapshot", $"{id} is not stored");

    /// <summary>
    /// Deletes the snapshots that are no longer needed, and what was received of one. One that is being sent may stay:
    /// were it replaced by the next again and again, a slow follower would never get to the end of any.
    /// </summary>
    public async ValueTask DeleteObsoleteAsync()
    {
        // Of a follower that has caught up by entries meanwhile nobody asks for the rest.
        if (HasObsoleteReception)
            await StopReceivingAsync();
        while (Obsolete() is { } obsolete)
        {
            _files.Remove(obsolete);
            obsolete.Dispose();
            await disk.DeleteAsync(SnapshotHeader.FileName(obsolete.Id));
        }
    }

    /// <summary>The snapshot that the log durably names: those before it are no longer needed.</summary>
    private SnapshotId InForce => log.Durable.Snapshot;

    private bool HasObsoleteReception => _reception is { IsWriting: false } && !IsWanted(_reception.Writer.Id);

    private SnapshotFile? Obsolete()
    {
        foreach (var file in _files)
        {
            if (file.Id != InForce && file.Id != _sending && file.Id.Index <= InForce.Index)
                return file;
        }

        return null;
    }

    private bool IsWanted(SnapshotId id) => id.Index > InForce.Index && !Contains(id);

    private Task<SnapshotWriter> CreateAsync(SnapshotId id) => SnapshotWriter.CreateAsync(
        disk,
        $"{SnapshotHeader.FileName(id)}.{++_temporaryFiles}{TemporaryFiles.Suffix}",
        id,
        options.SnapshotChunkBytes);

    private async ValueTask CompleteAsync(SnapshotWriter writer)
    {
        var file = await writer.CompleteAsync();
        // Received and taken at the same time: both are equal, and somebody may be reading the first.
        if (Contains(file.Id))
            file.Dispose();
        else
            _files.Add(file);
    }

    private async ValueTask StopReceivingAsync()
    {
        var reception = _reception;
        _reception = null;
        if (reception is not null)
            await reception.Writer.DiscardAsync();
    }

    private SnapshotFile? Find(SnapshotId id)
    {
        foreach (var file in _files)
        {
            if (file.Id == id)
                return file;
        }

        return null;
    }

    private SnapshotFile Newest() =>
        _files.MaxBy(file => file.Id.Index.Value)
        ?? throw new InvariantViolationException("snapshot", "asked for a piece, but none is stored");
}
