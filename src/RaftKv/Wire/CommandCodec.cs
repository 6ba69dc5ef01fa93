using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.KeyValue;

namespace RaftKv.Wire;

/// <summary>
/// Commands as the bodies of requests. The log has an encoding of its own, <see cref="KvCommandCodec"/>.
/// </summary>
internal static class CommandCodec
{
    private static readonly MessageParser<Protocol.Command> _parser =
        Protocol.Command.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame of a request, unless that would be too large.</summary>
    /// <param name="frames">Builds it.</param>
    /// <param name="correlation">The number of the request.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="frame">The whole frame, valid until the writer's next one.</param>
    /// <param name="problem">Otherwise why, for a person to read.</param>
    /// <exception cref="ArgumentException">The key is not well-formed UTF-16.</exception>
    public static bool TryWrite(
        FrameWriter frames, ulong correlation, KvCommand command,
        out ReadOnlySpan<byte> frame, [NotNullWhen(false)] out string? problem)
    {
        var message = new Protocol.Command
        {
            Request = RequestCodec.ToProtocol(command.Request),
            ClientId = command.ClientId.Value,
            RequestId = command.RequestId.Value,
            FirstUnacknowledged = command.FirstUnacknowledged.Value,
            Consistency = (Protocol.Command.Types.Consistency)command.Consistency,
        };
        var bytes = message.CalculateSize();
        problem = bytes > frames.MaxBodyBytes
            ? $"it takes {bytes} bytes; a message holds at most {frames.MaxBodyBytes}"
            : null;
        frame = problem is null ? Body.Write(frames, FrameKind.Request, correlation, message) : default;
        return problem is null;
    }

    /// <summary>Reads a command.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out KvCommand? command, [NotNullWhen(false)] out string? error)
    {
        command = null;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        if (parsed.FirstUnacknowledged > parsed.RequestId)
            error = $"a command acknowledges all below {parsed.FirstUnacknowledged} but is request {parsed.RequestId}";
        else if ((ReadConsistency)parsed.Consistency is < ReadConsistency.Log or > ReadConsistency.Stale)
            error = $"a command asks for the unknown consistency {(int)parsed.Consistency}";
        else if (RequestCodec.TryRead(parsed.Request, out var request, out error))
            command = new KvCommand(
                request,
                new ClientId(parsed.ClientId),
                new RequestId(parsed.RequestId),
                new RequestId(parsed.FirstUnacknowledged))
            {
                Consistency = (ReadConsistency)parsed.Consistency,
            };
        return command is not null;
    }
}
