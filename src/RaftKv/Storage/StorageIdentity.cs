using System.Text;
using RaftKv.Consensus;

namespace RaftKv.Storage;

/// <summary>Whose data a directory holds. Written into every log segment; another's directory is refused.</summary>
/// <param name="ClusterId">Name of the cluster: 1 to 64 bytes of UTF-8.</param>
/// <param name="Node">The node.</param>
public sealed record StorageIdentity(string ClusterId, NodeId Node)
{
    internal const int MaxClusterIdBytes = 64;

    internal void Validate()
    {
        if (Encoding.UTF8.GetByteCount(ClusterId) is 0 or > MaxClusterIdBytes)
            throw new ArgumentException($"ClusterId must have 1 to {MaxClusterIdBytes} bytes, not '{ClusterId}'.");
        if (Node.Value <= 0)
            throw new ArgumentException($"Node must be positive, not {Node.Value}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"node {Node} of cluster '{ClusterId}'";
}
