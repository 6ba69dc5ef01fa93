namespace RaftKv.Platform;

/// <summary>
/// A node's directory of files. Every operation runs in the order in which it was asked for; completions come back on
/// the node's loop. Nothing is durable before a flush says so: neither a file's bytes
/// (<see cref="IDiskFile.FlushAsync"/>) nor its name (<see cref="FlushDirectoryAsync"/>).
/// </summary>
/// <remarks>
/// A failed operation throws <see cref="IOException"/>. After a failed flush the disk may have dropped the data and
/// marked it clean (fsyncgate, 2018), so the caller must stop, never retry.
/// </remarks>
public interface IDisk
{
    /// <summary>Names of all files, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync();

    /// <summary>Opens a file for reading and writing, creating an empty one when it is absent.</summary>
    ValueTask<IDiskFile> OpenAsync(string name);

    /// <summary>
    /// Renames a file, replacing any file of the new name. Durable after <see cref="FlushDirectoryAsync"/>.
    /// </summary>
    ValueTask RenameAsync(string from, string to);

    /// <summary>Deletes a file; an absent one is no error. Durable after <see cref="FlushDirectoryAsync"/>.</summary>
    ValueTask DeleteAsync(string name);

    /// <summary>Makes creations, renames and deletions so far durable.</summary>
    ValueTask FlushDirectoryAsync();
}

/// <summary>An open file. Not thread-safe: called on the node's loop only.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Length in bytes, including writes not yet flushed.</summary>
    long Length { get; }

    /// <summary>
    /// Reads at <paramref name="offset"/> until <paramref name="destination"/> is full or the file ends.
    /// </summary>
    /// <returns>The number of bytes read.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> destination);

    /// <summary>
    /// Queues a write that may grow the file. It is visible to later reads, and an error of it surfaces in the next
    /// <see cref="FlushAsync"/>. <paramref name="data"/> must stay untouched until that flush completes.
    /// </summary>
    void Write(long offset, ReadOnlyMemory<byte> data);

    /// <summary>
    /// Cuts or (with zeros) extends the file. Queued like a write; durable after <see cref="FlushAsync"/>.
    /// </summary>
    void SetLength(long length);

    /// <summary>
    /// Completes when everything written before the call is durable, and promises nothing about writes queued after it.
    /// </summary>
    ValueTask FlushAsync();
}
