namespace RaftKv.Node.Commands;

/// <summary>What the process says to its caller.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>An operation failed, or a node stopped because of a fault.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or bad input.</summary>
    public const int Usage = 2;
}
