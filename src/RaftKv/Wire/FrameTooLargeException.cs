namespace RaftKv.Wire;

/// <summary>
/// A message is larger than any receiver accepts. Options see to it that it does not happen with what they allow, but
/// data may be older than they are: a value, say, that a larger limit allowed.
/// </summary>
internal sealed class FrameTooLargeException(int bodyBytes, int maxBodyBytes)
    : Exception($"it has {bodyBytes} bytes; a message holds at most {maxBodyBytes} (MaxBodyBytes)");
