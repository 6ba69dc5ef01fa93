using RaftKv.Consensus;
using RaftKv.Wire;

namespace RaftKv.Rpc;

/// <summary>Who speaks.</summary>
/// <param name="ClusterId">The cluster; nobody of another one is let in.</param>
/// <param name="Node">The server, or <see cref="NodeId.None"/> for a client.</param>
/// <param name="Address">Where the server listens; empty for a client.</param>
internal sealed record RpcIdentity(string ClusterId, NodeId Node, string Address = "")
{
    /// <summary>
    /// What tells the cluster from others of the same name, as <see cref="Configuration.Founding"/> does; 0: not known.
    /// </summary>
    public ulong Founding { get; init; }

    /// <summary>
    /// Introduces this one to <paramref name="expected"/>, or with <see cref="NodeId.None"/> to any server.
    /// </summary>
    public Hello Introduce(NodeId expected) =>
        new(Hello.CurrentVersion, ClusterId, Node, expected, Address, Founding);

    /// <summary>Why a server of this identity turns a dialler away, or <see langword="null"/>.</summary>
    public string? WhyRefuse(Hello hello)
    {
        if (hello.ProtocolVersion != Hello.CurrentVersion)
            return $"{Node} speaks protocol version {Hello.CurrentVersion}, not {hello.ProtocolVersion}";
        if (hello.ClusterId != ClusterId)
            return $"{Node} belongs to cluster '{ClusterId}', not to '{hello.ClusterId}'";
        if (Founding != 0 && hello.Founding != 0 && hello.Founding != Founding)
            return $"{Node} belongs to another cluster '{ClusterId}', founded with other members or addresses";
        if (hello.Expected != NodeId.None && hello.Expected != Node)
            return $"this is {Node}, not {hello.Expected}";
        return hello.From == Node ? $"{Node} is this server's own id" : null;
    }
}
