namespace RaftKv.Storage;

/// <summary>
/// What was durable is damaged or missing. The node must not start from it: what is gone may have been acknowledged.
/// </summary>
public sealed class CorruptStorageException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fileName">The damaged file.</param>
    /// <param name="offset">Where the damage begins, in bytes.</param>
    /// <param name="reason">What is wrong, and how that is known.</param>
    public CorruptStorageException(string fileName, long offset, string reason)
        : base($"{fileName} is damaged at offset {offset}: {reason}") =>
        (FileName, Offset) = (fileName, offset);

    /// <summary>The damaged file.</summary>
    public string FileName { get; }

    /// <summary>Where the damage begins, in bytes.</summary>
    public long Offset { get; }
}
