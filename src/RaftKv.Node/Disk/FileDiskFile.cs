using Microsoft.Win32.SafeHandles;
using RaftKv.Platform;

namespace RaftKv.Node.Disk;

/// <summary>An open file. Made, and used, on the disk thread; called on the loop.</summary>
internal sealed class FileDiskFile : IDiskFile
{
    private static readonly byte[] _zeros = new byte[64 << 10];
    private readonly DiskThread _thread;
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private Exception? _writeFailure;

    public FileDiskFile(DiskThread thread, string path)
    {
        _thread = thread;
        _path = path;
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        Length = RandomAccess.GetLength(_handle);
    }

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination)
    {
        var total = 0;
        await _thread.RunAsync(() =>
        {
            for (var read = -1; read != 0 && total < destination.Length; total += read)
                read = RandomAccess.Read(_handle, destination.Span[total..], offset + total);
        });
        return total;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlyMemory<byte> data)
    {
        Length = Math.Max(Length, offset + data.Length);
        _ = _thread.TryEnqueue(() => Try(() => RandomAccess.Write(_handle, data.Span, offset)));
    }

    /// <summary>
    /// Cuts the file, or extends it by zeros that are really written: a hole would have to be allocated when data is
    /// written to it, which makes the flush of that data slower.
    /// </summary>
    public void SetLength(long length)
    {
        Length = length;
        _ = _thread.TryEnqueue(() => Try(() =>
        {
            var current = RandomAccess.GetLength(_handle);
            if (length < current) RandomAccess.SetLength(_handle, length);
            for (; current < length; current += _zeros.Length)
                RandomAccess.Write(_handle, _zeros.AsSpan(0, (int)Math.Min(_zeros.Length, length - current)), current);
        }));
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync() => _thread.RunAsync(() =>
    {
        if (_writeFailure is { } failure)
        {
            _writeFailure = null;
            throw new IOException($"Writing {_path} failed: {failure.Message}", failure);
        }

        RandomAccess.FlushToDisk(_handle);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_thread.TryEnqueue(_handle.Dispose)) _handle.Dispose();
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
#pragma warning disable CA1031 // The next flush reports it, whatever it is.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _writeFailure ??= failure;
        }
    }
}
