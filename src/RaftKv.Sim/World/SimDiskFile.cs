using RaftKv.Platform;

namespace RaftKv.Sim.World;

/// <summary>A process's handle on a <see cref="SimFile"/>.</summary>
internal sealed class SimDiskFile(SimDisk disk, SimVolume volume, string name, SimFile file) : IDiskFile
{
    private IOException? _writeFailure;
    private Action? _flush;

    public long Length { get; private set; } = file.Length;

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination)
    {
        var bytes = 0;
        await disk.WaitFor(() =>
        {
            if (volume.Faults.NextReadFails)
            {
                volume.Faults.NextReadFails = false;
                throw new IOException($"{name}: the disk could not read (injected).");
            }

            bytes = file.Read(offset, destination.Span);
        });
        return bytes;
    }

    public void Write(long offset, ReadOnlyMemory<byte> data)
    {
        Length = Math.Max(Length, offset + data.Length);
        if (disk.IsFree) Store(offset, data.Span);
        else StoreLater(offset, data);
    }

    public void SetLength(long length)
    {
        Length = length;
        disk.Do(() =>
        {
            if (HasRoomFor(length)) file.SetLength(length);
        });
    }

    public ValueTask FlushAsync() => disk.WaitFor(_flush ??= Flush);

    public void Dispose()
    {
    }

    private void StoreLater(long offset, ReadOnlyMemory<byte> data) => disk.Do(() => Store(offset, data.Span));

    private void Store(long offset, ReadOnlySpan<byte> data)
    {
        if (!HasRoomFor(offset + data.Length)) return;
        if (volume.Faults.NextWriteFails)
        {
            volume.Faults.NextWriteFails = false;
            _writeFailure = new IOException($"{name}: the disk could not write (injected).");
            data = data[..(data.Length / 2)];
        }

        file.Write(offset, data);
    }

    private bool HasRoomFor(long length)
    {
        var growth = length - file.Length;
        if (growth <= 0 || growth <= volume.Faults.CapacityBytes - volume.UsedBytes) return true;
        _writeFailure = new IOException($"{name}: no space is left on the disk (injected).");
        return false;
    }

    private void Flush()
    {
        var failure = _writeFailure;
        _writeFailure = null;
        if (volume.Faults.NextFlushFails)
        {
            volume.Faults.NextFlushFails = false;
            failure = new IOException($"{name}: the disk could not flush (injected).");
            disk.Tell("fail to flush", name, file.UnflushedSectors);
            file.FailFlush();
        }
        else
        {
            disk.Tell("flush", name, file.UnflushedSectors);
            file.Flush();
        }

        if (failure is not null) throw failure;
    }
}
