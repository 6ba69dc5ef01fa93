using RaftKv.Platform;

namespace RaftKv.Storage;

/// <summary>
/// A disk until it is closed. Then its files are closed and every operation fails, so whatever is under way ends at its
/// next step: another incarnation may have the directory by then.
/// </summary>
internal sealed class OpenDisk(IDisk disk) : IDisk, IDisposable
{
    private readonly List<OpenFile> _files = [];
    private bool _closed;

    public ValueTask<IReadOnlyList<string>> ListAsync() => Open().ListAsync();

    public async ValueTask<IDiskFile> OpenAsync(string name)
    {
        var file = await Open().OpenAsync(name);
        if (_closed)
        {
            file.Dispose();
            throw Closed();
        }

        var open = new OpenFile(this, file);
        _files.Add(open);
        return open;
    }

    public ValueTask RenameAsync(string from, string to) => Open().RenameAsync(from, to);

    public ValueTask DeleteAsync(string name) => Open().DeleteAsync(name);

    public ValueTask FlushDirectoryAsync() => Open().FlushDirectoryAsync();

    public void Dispose()
    {
        _closed = true;
        while (_files.Count > 0)
            _files[^1].Dispose();
    }

    private static ObjectDisposedException Closed() => new(nameof(Persister), "The storage has been closed.");

    private IDisk Open() => _closed ? throw Closed() : disk;

    private sealed class OpenFile(OpenDisk owner, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination) => Open().ReadAsync(offset, destination);

        public void Write(long offset, ReadOnlyMemory<byte> data) => Open().Write(offset, data);

        public void SetLength(long length) => Open().SetLength(length);

        public ValueTask FlushAsync() => Open().FlushAsync();

        public void Dispose()
        {
            if (owner._files.Remove(this))
                file.Dispose();
        }

        private IDiskFile Open() => owner._closed ? throw Closed() : file;
    }
}
