using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>Collects the pieces of one snapshot, in order. A piece of another snapshot never gets in.</summary>
internal sealed class SnapshotReception(SnapshotId id, long totalBytes)
{
    private readonly ArrayBufferWriter<byte> _content = new();

    /// <summary>The first byte that is not there yet.</summary>
    public long NextOffset => _content.WrittenCount;

    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => NextOffset == totalBytes;

    /// <summary>What has been received.</summary>
    public ReadOnlyMemory<byte> Content => _content.WrittenMemory;

    /// <summary>Whether pieces of this snapshot belong here.</summary>
    public bool IsFor(SnapshotId snapshot, long bytes) => snapshot == id && bytes == totalBytes;

    /// <summary>Adds the piece that begins at <see cref="NextOffset"/>; any other changes nothing.</summary>
    /// <returns>Whether the piece was added.</returns>
    public bool TryAdd(long offset, ReadOnlySpan<byte> data)
    {
        if (offset != NextOffset || data.Length > totalBytes - offset)
            return false;
        _content.Write(data);
        return true;
    }
}
