using System.Runtime.InteropServices;

namespace RaftKv.Sim.World;

/// <summary>
/// A file on a simulated disk: what programs see (the page cache) and, for each sector written since the last flush,
/// every content that it had before, back to the durable one.
/// </summary>
internal sealed class SimFile
{
    public const int SectorBytes = 512;

    private static readonly byte[] _blank = new byte[SectorBytes];

    private readonly Dictionary<int, int> _latest = [];
    private readonly List<Version> _versions = [];
    private readonly List<int> _lengths = [];
    private readonly SortedDictionary<int, byte[]> _dropped = [];
    private byte[] _saved = [];
    private byte[] _cache = [];
    private int _savedBytes;

    /// <summary>No sector from here on was ever written: they are zeros, and need not be saved.</summary>
    private int _firstBlank;

    public int Length { get; private set; }

    /// <summary>Sectors whose durable content may differ from what programs see.</summary>
    public int UnflushedSectors => _latest.Count + _dropped.Count;

    public int Read(long offset, Span<byte> destination)
    {
        if (offset >= Length) return 0;
        var source = _cache.AsSpan((int)offset, (int)Math.Min(destination.Length, Length - offset));
        source.CopyTo(destination);
        return source.Length;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        var end = checked((int)(offset + data.Length));
        if (end > Length) SetLength(end);
        Save((int)offset, end);
        data.CopyTo(_cache.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        _lengths.Add(Length);
        if (length < Length)
        {
            Save((int)length, Length);
            _cache.AsSpan((int)length, Length - (int)length).Clear();
        }

        Length = checked((int)length);
        if (Length > _cache.Length)
            Array.Resize(ref _cache, Math.Max(RoundUp(Length), Math.Min(2 * _cache.Length, 1 << 20)));
    }

    /// <summary>Everything that programs see becomes durable, but for what a failed flush has dropped.</summary>
    public void Flush()
    {
        if (_versions.Count > 0)
        {
            _latest.Clear();
            _versions.Clear();
            _savedBytes = 0;
        }

        _lengths.Clear();
    }

    /// <summary>
    /// A flush fails the way Linux does it: what was to be written is dropped, but programs go on seeing it and a later
    /// flush takes it for written.
    /// </summary>
    public void FailFlush()
    {
        foreach (var (sector, latest) in _latest)
        {
            var oldest = latest;
            while (_versions[oldest].Older >= 0) oldest = _versions[oldest].Older;
            _dropped.TryAdd(sector, Saved(oldest).ToArray());
        }

        Flush();
    }

    /// <summary>
    /// Leaves of each sector any content that it had since it was last durable, and of the length likewise.
    /// </summary>
    public void LosePower(IDecisions decisions)
    {
        foreach (var (sector, durable) in _dropped)
            Restore(sector, durable);
        _dropped.Clear();
        var sectors = _latest.Keys.ToArray();
        Array.Sort(sectors);
        foreach (var sector in sectors)
        {
            var count = 1;
            for (var version = _latest[sector]; version >= 0; version = _versions[version].Older) count++;
            var survivor = _latest[sector];
            var age = decisions.Choose("sector", count);
            for (var older = 1; older < age; older++) survivor = _versions[survivor].Older;
            if (age > 0) Restore(sector, Saved(survivor));
        }

        var lengthAge = _lengths.Count == 0 ? 0 : decisions.Choose("length", _lengths.Count + 1);
        if (lengthAge > 0) SetLength(_lengths[^lengthAge]);
        Flush();
    }

    /// <summary>Damages the durable content.</summary>
    public void FlipBit(long offset, int bit)
    {
        _cache[offset] ^= (byte)(1 << bit);
        _firstBlank = Math.Max(_firstBlank, (int)offset / SectorBytes + 1);
    }

    private void Save(int start, int end)
    {
        for (var sector = start / SectorBytes; sector * SectorBytes < end; sector++)
        {
            var version = _versions.Count;
            var content = -1;
            if (_dropped.Count > 0 && _dropped.Remove(sector, out var durable))
                durable.CopyTo(Room(out content));
            else if (sector < _firstBlank)
                _cache.AsSpan(sector * SectorBytes, SectorBytes).CopyTo(Room(out content));
            ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(_latest, sector, out var exists);
            _versions.Add(new Version(exists ? latest : -1, content));
            latest = version;
        }

        _firstBlank = Math.Max(_firstBlank, RoundUp(end) / SectorBytes);
    }

    private Span<byte> Room(out int content)
    {
        content = _savedBytes;
        _savedBytes += SectorBytes;
        if (_saved.Length < _savedBytes)
            Array.Resize(ref _saved, Math.Max(4 * SectorBytes, 2 * _saved.Length));
        return _saved.AsSpan(content, SectorBytes);
    }

    private ReadOnlySpan<byte> Saved(int version) =>
        _versions[version].Content is >= 0 and var content ? _saved.AsSpan(content, SectorBytes) : _blank;

    private void Restore(int sector, ReadOnlySpan<byte> content) => content.CopyTo(_cache.AsSpan(sector * SectorBytes));

    private static int RoundUp(int length) => (length + SectorBytes - 1) / SectorBytes * SectorBytes;

    /// <param name="Older">The version before, or -1: the durable one.</param>
    /// <param name="Content">Where it is saved, or -1: zeros.</param>
    private readonly record struct Version(int Older, int Content);
}
