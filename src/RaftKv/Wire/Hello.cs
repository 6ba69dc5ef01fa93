using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.Consensus;

namespace RaftKv.Wire;

/// <summary>A dialler's introduction.</summary>
/// <param name="ProtocolVersion">What it speaks.</param>
/// <param name="ClusterId">The cluster it belongs to.</param>
/// <param name="From">Which server it is, or <see cref="NodeId.None"/> for a client.</param>
/// <param name="Expected">Which server it wants to reach, or <see cref="NodeId.None"/> for any.</param>
/// <param name="Address">Where a server listens, so that it can be answered; empty for a client.</param>
/// <param name="Founding">See <see cref="Configuration.Founding"/>; 0 for who does not know.</param>
internal sealed record Hello(
    int ProtocolVersion, string ClusterId, NodeId From, NodeId Expected, string Address = "", ulong Founding = 0)
{
    /// <summary>The version that this code speaks.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The largest body before the peer is known: a stranger gets no more memory than this.</summary>
    public const int MaxBodyBytes = 4096;

    private static readonly MessageParser<Protocol.Hello> _hello =
        Protocol.Hello.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<Protocol.HelloReply> _reply =
        Protocol.HelloReply.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame.</summary>
    public ReadOnlySpan<byte> Write(FrameWriter frames) =>
        Body.Write(frames, FrameKind.Hello, 0, new Protocol.Hello
        {
            ProtocolVersion = (uint)ProtocolVersion,
            ClusterId = ClusterId,
            NodeId = From.Value,
            ExpectedNodeId = Expected.Value,
            Address = Address,
            Founding = Founding,
        });

    /// <summary>Reads the body of a frame.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out Hello? hello, [NotNullWhen(false)] out string? error)
    {
        hello = null;
        if (!Body.TryParse(_hello, body, out var parsed, out error))
            return false;
        if (parsed.NodeId < 0 || parsed.ExpectedNodeId < 0)
            error = $"a hello names the nodes {parsed.NodeId} and {parsed.ExpectedNodeId}";
        else
            hello = new Hello(
                (int)parsed.ProtocolVersion, parsed.ClusterId, new(parsed.NodeId), new(parsed.ExpectedNodeId),
                parsed.Address, parsed.Founding);
        return hello is not null;
    }

    /// <summary>Makes the frame that answers a hello.</summary>
    public static ReadOnlySpan<byte> WriteReply(FrameWriter frames, string? refusal)
    {
        var reply = new Protocol.HelloReply();
        if (refusal is not null)
            reply.Refusal = refusal;
        return Body.Write(frames, FrameKind.HelloReply, 0, reply);
    }

    /// <summary>
    /// Reads the answer to a hello: <paramref name="refusal"/> is <see langword="null"/> for a welcome.
    /// </summary>
    public static bool TryReadReply(
        ReadOnlySpan<byte> body, out string? refusal, [NotNullWhen(false)] out string? error)
    {
        refusal = null;
        if (!Body.TryParse(_reply, body, out var parsed, out error))
            return false;
        refusal = parsed.HasRefusal ? parsed.Refusal : null;
        return true;
    }
}
