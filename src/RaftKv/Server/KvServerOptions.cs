using RaftKv.KeyValue;
using RaftKv.Rpc;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>Settings of a <see cref="KvServer"/>.</summary>
public sealed record KvServerOptions
{
    /// <summary>Names the cluster; nodes and clients of another one are refused.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Host and port where this server listens, for peers and clients alike.</summary>
    public required string Address { get; init; }

    /// <summary>Settings of this replica.</summary>
    public required ReplicaOptions Replica { get; init; }

    /// <summary>Settings of its log and snapshots.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>Settings of the store and of what clients may ask.</summary>
    public KvOptions KeyValue { get; init; } = new();

    /// <summary>Settings of connections.</summary>
    public RpcOptions Rpc { get; init; } = new();

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(ClusterId))
            throw new ArgumentException("ClusterId must not be empty.");
        Replica.Validate();
        Storage.Validate();
        KeyValue.Validate();
        Rpc.Validate();
        if (string.IsNullOrWhiteSpace(Address))
            throw new ArgumentException("Address must not be empty.");
        if (Replica.FirstStart.Configuration is { } founding
            && founding.Find(Replica.Raft.Id)?.Address != Address)
            throw new ArgumentException(
                $"A cluster is founded by its members; {founding} does not name {Replica.Raft.Id} at {Address}.");
        Rpc.RequireRoom(Storage.SnapshotChunkBytes, nameof(Storage.SnapshotChunkBytes));
        Rpc.RequireRoom(
            Replica.Raft.MaxAppendBytes + KeyValue.Limits.LargestBytes + (32L * KeyValue.Limits.LargestCount),
            $"{nameof(Replica.Raft.MaxAppendBytes)} and the largest command or reply");
    }
}
