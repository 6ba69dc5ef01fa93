using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>The snapshot files: usually one, the one that the log names; for a while also the one to come.</summary>
internal sealed class SnapshotStore(IDisk disk, StorageOptions options) : IDisposable
{
    private readonly List<SnapshotFile> _files = [];
    private SnapshotReception? _reception;
    private SnapshotId _inForce;
    private long _temporaryFiles;

    /// <summary>Whether the snapshot is durable.</summary>
    public bool Contains(SnapshotId id) => Find(id) is not null;

    /// <summary>Opens the snapshot that the log names; deletes all others.</summary>
    /// <exception cref="CorruptStorageException">It is missing or damaged.</exception>
    public async Task<ReadOnlyMemory<byte>> RecoverAsync(SnapshotId inForce, IReadOnlyList<SnapshotId> found)
    {
        _inForce = inForce;
        ReadOnlyMemory<byte> content = default;
        if (inForce != SnapshotId.None)
        {
            if (!found.Contains(inForce))
                throw new CorruptStorageException(
                    SnapshotHeader.FileName(inForce), 0, "the log names it, but it is missing");
            var file = await SnapshotFile.OpenAsync(disk, inForce, options.MaxSnapshotBytes);
            _files.Add(file);
            content = await file.LoadAsync();
        }

        foreach (var other in found)
        {
            if (other != inForce)
                await disk.DeleteAsync(SnapshotHeader.FileName(other));
        }

        return content;
    }

    /// <summary>Makes a snapshot durable, unless it is already or the one in force covers it.</summary>
    /// <returns>Whether it is durable.</returns>
    public async ValueTask<bool> SaveAsync(SnapshotId id, ReadOnlyMemory<byte> content)
    {
        if (content.Length > options.MaxSnapshotBytes)
            throw new InvariantViolationException(
                "snapshot size", $"{content.Length} bytes are more than MaxSnapshotBytes = {options.MaxSnapshotBytes}");
        if (id.Index <= _inForce.Index || Contains(id))
            return Contains(id);
        var temporaryName = $"{SnapshotHeader.FileName(id)}.{++_temporaryFiles}{TemporaryFiles.Suffix}";
        var file = await SnapshotFile.CreateAsync(disk, temporaryName, id, content, options.SnapshotChunkBytes);
        if (Find(id) is { } twin)
        {
            _files.Remove(twin);
            twin.Dispose();
        }

        _files.Add(file);
        return true;
    }

    /// <summary>Stores a received piece.</summary>
    public async ValueTask<SnapshotReceipt> StoreChunkAsync(
        SnapshotId id, long offset, long totalBytes, ReadOnlyMemory<byte> data)
    {
        if (Contains(id))
            return new SnapshotReceipt(totalBytes, true);
        if (id.Index <= _inForce.Index)
            return new SnapshotReceipt(0, false);
        if (totalBytes < 0 || totalBytes > options.MaxSnapshotBytes)
            throw new ArgumentOutOfRangeException(
                nameof(totalBytes), totalBytes, $"not from 0 to MaxSnapshotBytes = {options.MaxSnapshotBytes}");
        if (_reception is null || !_reception.IsFor(id, totalBytes))
        {
            if (offset != 0)
                return new SnapshotReceipt(0, false);
            _reception = new SnapshotReception(id, totalBytes);
        }

        var reception = _reception;
        if (!reception.TryAdd(offset, data.Span) || !reception.IsComplete)
            return new SnapshotReceipt(reception.NextOffset, false);
        var durable = await SaveAsync(id, reception.Content);
        if (_reception == reception)
            _reception = null;
        return new SnapshotReceipt(totalBytes, durable);
    }

    /// <summary>Reads a piece to send: of the snapshot asked for, or else of the newest from its beginning.</summary>
    public async ValueTask<SnapshotChunk> ReadAsync(SnapshotId id, long offset, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        var file = Find(id) ?? Newest();
        if (file.Id != id || offset < 0 || offset > file.ContentBytes)
            offset = 0;
        var data = await file.ReadAsync(offset, maxBytes);
        return new SnapshotChunk(file.Id, offset, file.ContentBytes, data);
    }

    /// <summary>Reads a whole snapshot.</summary>
    public ValueTask<ReadOnlyMemory<byte>> LoadAsync(SnapshotId id) =>
        Find(id)?.LoadAsync() ?? throw new InvariantViolationException("snapshot", $"{id} is not stored");

    /// <summary>The log durably names this snapshot: those before it are no longer needed.</summary>
    public async ValueTask ReplaceAsync(SnapshotId inForce)
    {
        _inForce = inForce;
        for (var i = _files.Count - 1; i >= 0; i--)
        {
            var file = _files[i];
            if (file.Id == inForce || file.Id.Index > inForce.Index)
                continue;
            _files.RemoveAt(i);
            file.Dispose();
            await disk.DeleteAsync(SnapshotHeader.FileName(file.Id));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SnapshotFile? Find(SnapshotId id) => _files.Find(file => file.Id == id);

    private SnapshotFile Newest() =>
        _files.MaxBy(file => file.Id.Index.Value)
        ?? throw new InvariantViolationException("snapshot", "asked for a piece, but none is stored");
}
