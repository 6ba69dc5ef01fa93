using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace RaftKv.Wire;

/// <summary>Writes protobuf messages as bodies of frames and reads them back.</summary>
internal static class Body
{
    /// <summary>Makes a frame of a message.</summary>
    /// <returns>The whole frame, valid until the writer's next one.</returns>
    /// <exception cref="FrameTooLargeException">It does not fit.</exception>
    public static ReadOnlySpan<byte> Write(FrameWriter frames, FrameKind kind, ulong correlation, IMessage message)
    {
        message.WriteTo(frames.Begin(message.CalculateSize()));
        return frames.Seal(kind, correlation);
    }

    /// <summary>Parses a body that came from outside: anything may be in it.</summary>
    public static bool TryParse<T>(
        MessageParser<T> parser,
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out T? message,
        [NotNullWhen(false)] out string? error)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(body);
            error = null;
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            message = null;
            error = $"a {typeof(T).Name} of {body.Length} bytes cannot be parsed: {exception.Message}";
            return false;
        }
    }
}
