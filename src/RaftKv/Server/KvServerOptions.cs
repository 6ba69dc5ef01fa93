using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Rpc;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>A member of the cluster: its id and where it listens, for peers and clients alike.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="Address">Host and port.</param>
public readonly record struct ClusterMember(NodeId Id, string Address);

/// <summary>Settings of a <see cref="KvServer"/>.</summary>
public sealed record KvServerOptions
{
    /// <summary>Names the cluster; nodes and clients of another one are refused.</summary>
    public required string ClusterId { get; init; }

    /// <summary>All members, this one among them.</summary>
    public required IReadOnlyList<ClusterMember> Members { get; init; }

    /// <summary>Settings of this replica; its voters are the ids in <see cref="Members"/>.</summary>
    public required ReplicaOptions Replica { get; init; }

    /// <summary>Settings of its log and snapshots.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>Settings of the store and of what clients may ask.</summary>
    public KvOptions KeyValue { get; init; } = new();

    /// <summary>Settings of connections.</summary>
    public RpcOptions Rpc { get; init; } = new();

    /// <summary>Where this member listens.</summary>
    public string Address => Members.First(member => member.Id == Replica.Raft.Id).Address;

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
        if (!Members.Select(member => member.Id).Order().SequenceEqual(Replica.Raft.Voters.Order()))
            throw new ArgumentException("Members and Voters must name the same ids.");
        if (Members.FirstOrDefault(member => string.IsNullOrWhiteSpace(member.Address)) is { Id.Value: > 0 } nameless)
            throw new ArgumentException($"Members: {nameless.Id} has no address.");
        if (Members.DistinctBy(member => member.Address).Count() != Members.Count)
            throw new ArgumentException("Members: two members have the same address.");
        if (Storage.SnapshotChunkBytes + 64 * 1024 > Rpc.MaxBodyBytes)
            throw new ArgumentException(
                $"MaxBodyBytes ({Rpc.MaxBodyBytes}) must hold SnapshotChunkBytes ({Storage.SnapshotChunkBytes}).");
        var largest = KeyValue.Limits.LargestBytes + (32L * KeyValue.Limits.LargestCount);
        if (Replica.Raft.MaxAppendBytes + largest + 64 * 1024 > Rpc.MaxBodyBytes)
            throw new ArgumentException(
                $"MaxBodyBytes ({Rpc.MaxBodyBytes}) must hold MaxAppendBytes ({Replica.Raft.MaxAppendBytes}) "
                + $"and the largest command or reply ({largest} bytes).");
    }
}
