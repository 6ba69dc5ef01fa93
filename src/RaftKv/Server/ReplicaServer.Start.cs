using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Rpc;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>Starts nodes of clusters that replicate any state machine.</summary>
public static class ReplicaServer
{
    /// <summary>
    /// Founds a cluster on one of its first members, once, before it starts for the first time: writes the first
    /// configuration to its empty disk. From then on an empty disk is an error (<see cref="FirstStart.Refused"/>).
    /// Data that is there already stays as it is.
    /// </summary>
    /// <param name="clusterId">Names the cluster.</param>
    /// <param name="self">The member.</param>
    /// <param name="founders">The first members; all of them must be told the same.</param>
    /// <param name="storage">Settings of the log.</param>
    /// <param name="disk">The member's disk, used on its loop.</param>
    /// <exception cref="IOException">The disk fails, or holds another node's or cluster's data.</exception>
    public static async Task FoundAsync(
        string clusterId, NodeId self, Configuration founders, StorageOptions storage, IDisk disk)
    {
        var start = FirstStart.Founds(founders);
        (await Persister.OpenAsync(disk, storage, new(clusterId, self), start)).Persister.Dispose();
    }

    /// <summary>Recovers from the disk, then listens at <paramref name="address"/> and takes part.</summary>
    /// <param name="clusterId">Names the cluster; nodes of another one are refused.</param>
    /// <param name="address">Where the other members find this one; their configuration says so too.</param>
    /// <param name="options">Settings of the replica.</param>
    /// <param name="storage">Settings of its log and snapshots.</param>
    /// <param name="platform">The loop, clock, network and disk.</param>
    /// <param name="machine">What the log drives; in its first state.</param>
    /// <param name="observer">Watches the replica, or <see langword="null"/>.</param>
    /// <param name="rpc">Settings of connections; <see langword="null"/>: the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="IOException">
    /// The disk is unreadable, damaged or foreign, or the address cannot be bound.
    /// </exception>
    public static async Task<ReplicaServer<TResult>> StartAsync<TResult>(
        string clusterId, string address, ReplicaOptions options, StorageOptions storage, NodePlatform platform,
        IStateMachine<TResult> machine, ReplicaObserver? observer = null, RpcOptions? rpc = null)
    {
        rpc ??= new RpcOptions();
        rpc.Validate();
        rpc.RequireRoom(storage.SnapshotChunkBytes, nameof(storage.SnapshotChunkBytes));
        rpc.RequireRoom(options.Raft.MaxAppendBytes, nameof(options.Raft.MaxAppendBytes));
        var node = await ReplicaNode<TResult>.RecoverAsync(
            new(clusterId, options.Raft.Id, address), options, storage, rpc, platform, machine, observer);
        return new ReplicaServer<TResult>(node, machine, rpc.MaxPayloadBytes);
    }
}
