using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>Starts replicas.</summary>
public static class Replica
{
    /// <summary>Recovers the durable state, restores the state machine and starts to take part.</summary>
    /// <exception cref="IOException">
    /// The disk cannot be read, is damaged, belongs to another node or cluster, or is empty unexpectedly.
    /// </exception>
    public static async Task<Replica<TResult>> StartAsync<TResult>(
        ReplicaOptions options, StorageOptions storage, StorageIdentity identity, NodePlatform platform,
        IStateMachine<TResult> machine, SendToPeer send, ReplicaObserver? observer = null)
    {
        options.Validate();
        var (persister, state) = await Persister.OpenAsync(platform.Disk, storage, identity, options.FirstStart);
        try
        {
            if (state.Snapshot != SnapshotId.None)
            {
                var restore = new ReplicaRestore(machine.BeginRestore());
                await persister.RestoreSnapshotAsync(state.Snapshot, restore);
                state = state with { Configuration = restore.Configuration };
            }

            return new Replica<TResult>(options, platform, machine, persister, state, send, observer);
        }
        catch
        {
            persister.Dispose();
            throw;
        }
    }
}
