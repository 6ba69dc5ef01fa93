namespace RaftKv.Wire;

/// <summary>What a frame carries. The numbers are part of the protocol.</summary>
internal enum FrameKind : byte
{
    /// <summary>The dialler's first frame: who it is and whom it expects.</summary>
    Hello = 1,

    /// <summary>The answer to <see cref="Hello"/>: welcome, or a refusal with its reason.</summary>
    HelloReply = 2,

    /// <summary>A command that wants an answer.</summary>
    Request = 3,

    /// <summary>The answer to the request of the same correlation number.</summary>
    Response = 4,

    /// <summary>The request of the same correlation number was not looked at, for the stated reason.</summary>
    Rejection = 5,

    /// <summary>A one-way message between servers.</summary>
    PeerMessage = 6,

    /// <summary>What an administrator asks; answered by <see cref="Response"/>.</summary>
    Administration = 7,
}
