using RaftKv.Platform;

namespace RaftKv.Node.Disk;

/// <summary>
/// A directory of the file system, held by one process at a time. Flushes are fsync; flushing the directory is fsync of
/// the directory on Unix, and on Windows nothing: NTFS keeps names in its journal.
/// </summary>
internal sealed class FileDisk : IDisk, IDisposable
{
    private const string LockFileName = "lock";
    private readonly string _directory;
    private readonly FileStream _lock;
    private readonly DiskThread _thread;

    /// <summary>Takes hold of a directory, making it when it is absent.</summary>
    /// <exception cref="IOException">It cannot be used, or another process uses it.</exception>
    public FileDisk(string directory, NodeLoop loop)
    {
        _directory = Path.GetFullPath(directory);
        try
        {
            if (!Directory.Exists(_directory))
            {
                Directory.CreateDirectory(_directory);
                DirectoryFlush.Run(Path.GetDirectoryName(_directory) ?? _directory);
            }

            _lock = new FileStream(PathOf(LockFileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The data directory {_directory} cannot be used, or is in use by another process: {failure.Message}",
                failure);
        }

        _thread = new DiskThread("disk " + _directory, loop);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListAsync()
    {
        List<string> names = [];
        await _thread.RunAsync(() => names.AddRange(Directory.EnumerateFiles(_directory).Select(Path.GetFileName)!));
        names.Remove(LockFileName);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public async ValueTask<IDiskFile> OpenAsync(string name)
    {
        FileDiskFile? file = null;
        await _thread.RunAsync(() => file = new FileDiskFile(_thread, PathOf(name)));
        return file!;
    }

    /// <inheritdoc/>
    public ValueTask RenameAsync(string from, string to) =>
        _thread.RunAsync(() => File.Move(PathOf(from), PathOf(to), overwrite: true));

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name) => _thread.RunAsync(() => File.Delete(PathOf(name)));

    /// <inheritdoc/>
    public ValueTask FlushDirectoryAsync() => _thread.RunAsync(() => DirectoryFlush.Run(_directory));

    /// <summary>Finishes what is queued and lets go of the directory.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _lock.Dispose();
    }

    private string PathOf(string name) =>
        name.Length > 0 && name == Path.GetFileName(name)
            ? Path.Combine(_directory, name)
            : throw new ArgumentException($"'{name}' is no file name.", nameof(name));
}
