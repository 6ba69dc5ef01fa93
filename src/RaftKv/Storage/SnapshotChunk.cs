using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>A verified piece of a stored snapshot.</summary>
/// <param name="Snapshot">Which snapshot.</param>
/// <param name="Offset">Where the piece begins, in bytes.</param>
/// <param name="TotalBytes">The snapshot's length in bytes.</param>
/// <param name="Data">The piece.</param>
internal readonly record struct SnapshotChunk(
    SnapshotId Snapshot, long Offset, long TotalBytes, ReadOnlyMemory<byte> Data);

/// <summary>What became of a received piece.</summary>
/// <param name="NextOffset">The first byte that is not there yet.</param>
/// <param name="Complete">The whole snapshot is verified and durable.</param>
internal readonly record struct SnapshotReceipt(long NextOffset, bool Complete);
