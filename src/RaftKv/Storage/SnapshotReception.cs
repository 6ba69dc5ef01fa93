using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>
/// Collects the pieces of one snapshot, in order and on disk. It outlives connections and leaders: whoever sends the
/// same snapshot goes on where the last one stopped. A piece of another snapshot never gets in.
/// </summary>
internal sealed class SnapshotReception(SnapshotWriter writer, long totalBytes)
{
    /// <summary>The first byte that is not there yet.</summary>
    public long NextOffset => writer.Length;

    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => NextOffset == totalBytes;

    /// <summary>What is being collected.</summary>
    public SnapshotWriter Writer => writer;

    /// <summary>Whether a piece is being written.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Whether pieces of this snapshot belong here.</summary>
    public bool IsFor(SnapshotId snapshot, long bytes) => snapshot == writer.Id && bytes == totalBytes;

    /// <summary>Whether a piece is the one that comes next.</summary>
    public bool Expects(long offset, int bytes) => offset == NextOffset && bytes <= totalBytes - offset;

    /// <summary>Takes the piece that comes next.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
    {
        IsWriting = true;
        await writer.WriteAsync(piece);
        IsWriting = false;
    }
}
