using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>An opened storage and what it held.</summary>
/// <param name="Persister">For the writes to come, and for the content of the snapshot.</param>
/// <param name="State">Hard state, snapshot and log for the consensus core.</param>
internal sealed record Recovered(Persister Persister, RecoveredState State);
