namespace RaftKv.Wire;

/// <summary>Frames in words, for traces.</summary>
public static class FrameText
{
    /// <summary>Names the frames in <paramref name="bytes"/>, which begin with a whole one.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        var reader = new FrameReader(Frame.DefaultMaxBodyBytes);
        var frames = new List<string>();
        while (reader.TryRead(ref bytes, out var frame))
            frames.Add(Describe(frame));
        if (reader.Error is { } error)
            frames.Add(error);
        return string.Join("; ", frames);
    }

    private static string Describe(in Frame frame) => frame.Kind switch
    {
        FrameKind.PeerMessage => MessageCodec.TryRead(frame.Body, out var message, out var error)
            ? message.ToString()
            : error,
        FrameKind.Request => CommandCodec.TryRead(frame.Body, out var command, out var error)
            ? $"#{frame.Correlation} {$"{command.Operation} {command.Key}".TrimEnd()}, client {command.ClientId} "
              + $"request {command.RequestId}"
            : error,
        FrameKind.Response => ReplyCodec.TryRead(frame.Body, out var reply, out var error)
            ? $"#{frame.Correlation} {reply.Status}"
            : error,
        FrameKind.Rejection => $"#{frame.Correlation} rejected",
        _ => frame.Kind.ToString(),
    };
}
