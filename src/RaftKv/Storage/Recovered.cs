using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>An opened storage and what it held.</summary>
/// <param name="Persister">For the writes to come.</param>
/// <param name="State">Hard state, snapshot and log for the consensus core.</param>
/// <param name="SnapshotContent">The content of <see cref="RecoveredState.Snapshot"/>; empty when that is none.</param>
public sealed record Recovered(Persister Persister, RecoveredState State, ReadOnlyMemory<byte> SnapshotContent);
