using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using RaftKv.KeyValue;

namespace RaftKv.Wire;

/// <summary>Answers to commands, and rejections of requests that nobody looked at, as bytes.</summary>
internal static class ReplyCodec
{
    private static readonly MessageParser<Protocol.Reply> _reply =
        Protocol.Reply.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<Protocol.Rejection> _rejection =
        Protocol.Rejection.Parser.WithDiscardUnknownFields(true);

    /// <summary>Makes the frame of a response.</summary>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, ulong correlation, KvReply reply)
    {
        var message = new Protocol.Reply { Status = (Protocol.Reply.Types.Status)reply.Status };
        if (reply.Value is { } value)
            message.Value = UnsafeByteOperations.UnsafeWrap(value);
        if (reply.LeaderAddress is not null)
            message.LeaderAddress = reply.LeaderAddress;
        if (reply.Detail is not null)
            message.Detail = reply.Detail;
        return Body.Write(frames, FrameKind.Response, correlation, message);
    }

    /// <summary>Reads a response. An empty body is no reply: it has no status.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out KvReply? reply, [NotNullWhen(false)] out string? error)
    {
        reply = null;
        if (!Body.TryParse(_reply, body, out var parsed, out error))
            return false;
        var status = (KvStatus)parsed.Status;
        if (status is < KvStatus.Ok or > KvStatus.Expired)
            error = $"a reply has the unknown status {(int)parsed.Status}";
        else
            reply = new KvReply(
                status,
                parsed.HasValue ? parsed.Value.Memory : default(ReadOnlyMemory<byte>?),
                parsed.HasLeaderAddress ? parsed.LeaderAddress : null,
                parsed.HasDetail ? parsed.Detail : null);
        return reply is not null;
    }

    /// <summary>Makes the frame that turns a request away.</summary>
    public static ReadOnlySpan<byte> WriteRejection(FrameWriter frames, ulong correlation, string reason) =>
        Body.Write(frames, FrameKind.Rejection, correlation, new Protocol.Rejection { Reason = reason });

    /// <summary>Reads why a request was turned away.</summary>
    public static bool TryReadRejection(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out string? reason, [NotNullWhen(false)] out string? error)
    {
        reason = Body.TryParse(_rejection, body, out var parsed, out error) ? parsed.Reason : null;
        return reason is not null;
    }
}
