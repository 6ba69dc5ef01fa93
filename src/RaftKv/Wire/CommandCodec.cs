using System.Diagnostics.CodeAnalysis;
using System.Text;
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

    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Makes the frame of a request.</summary>
    /// <exception cref="ArgumentException">The key is not well-formed UTF-16, or the command exceeds a
    /// frame.</exception>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, ulong correlation, KvCommand command) =>
        Body.Write(frames, FrameKind.Request, correlation, ToProtocol(command));

    /// <summary>Reads a command.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out KvCommand? command, [NotNullWhen(false)] out string? error)
    {
        command = null;
        if (!Body.TryParse(_parser, body, out var parsed, out error))
            return false;
        var operation = (KvOperation)parsed.Operation;
        if (operation is < KvOperation.Get or > KvOperation.Append)
            error = $"a command has the unknown operation {(int)parsed.Operation}";
        else if (parsed.FirstUnacknowledged > parsed.RequestId)
            error = $"a command acknowledges all below {parsed.FirstUnacknowledged} but is request {parsed.RequestId}";
        else
            command = new KvCommand(
                operation,
                parsed.Key,
                parsed.Value.Memory,
                new ClientId(parsed.ClientId),
                new RequestId(parsed.RequestId),
                new RequestId(parsed.FirstUnacknowledged));
        return command is not null;
    }

    private static Protocol.Command ToProtocol(KvCommand command)
    {
        // Protobuf would put U+FFFD in the place of a lone surrogate, and two keys would become one.
        _ = _strictUtf8.GetByteCount(command.Key);
        return new Protocol.Command
        {
            Operation = (Protocol.Command.Types.Operation)command.Operation,
            Key = command.Key,
            Value = UnsafeByteOperations.UnsafeWrap(command.Value),
            ClientId = command.ClientId.Value,
            RequestId = command.RequestId.Value,
            FirstUnacknowledged = command.FirstUnacknowledged.Value,
        };
    }
}
