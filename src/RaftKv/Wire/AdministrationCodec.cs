using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.Consensus;

namespace RaftKv.Wire;

/// <summary>What administrators ask, as the bodies of frames. It is answered like a command.</summary>
internal static class AdministrationCodec
{
    private static readonly MessageParser<Protocol.Administration> _parser =
        Protocol.Administration.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame of a request.</summary>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, ulong correlation, TransferRequest request) =>
        Body.Write(frames, FrameKind.Administration, correlation, new Protocol.Administration
        {
            Transfer = new Protocol.TransferLeadership { Successor = request.Successor.Value },
        });

    /// <summary>Reads a request.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out TransferRequest? request,
        [NotNullWhen(false)] out string? error)
    {
        request = null;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        if (parsed.Transfer is not { } transfer)
            error = "an administrator asks for nothing that is known here";
        else if (transfer.Successor < 0)
            error = $"the leadership is to go to {transfer.Successor}";
        else
            request = new TransferRequest(new NodeId(transfer.Successor));
        return request is not null;
    }
}
