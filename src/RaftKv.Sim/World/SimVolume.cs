namespace RaftKv.Sim.World;

/// <summary>
/// The medium of a node's disk, which outlives the node's incarnations: files and their names. A process that crashes
/// leaves all that it had written; a power loss takes what was not flushed, in any combination: sectors of files,
/// and creations, renames and deletions since the directory was last flushed.
/// </summary>
internal sealed class SimVolume
{
    private readonly List<NameChange> _unflushed = [];
    private readonly SortedDictionary<string, SimFile> _durable = new(StringComparer.Ordinal);
    private SortedDictionary<string, SimFile> _names = new(StringComparer.Ordinal);

    /// <summary>What the disk does wrong at present.</summary>
    public DiskFaults Faults { get; } = new();

    /// <summary>The files as programs see them, by name in ordinal order.</summary>
    public IReadOnlyDictionary<string, SimFile> Files => _names;

    /// <summary>Length of all files in bytes.</summary>
    public long UsedBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var file in _names.Values) bytes += file.Length;
            return bytes;
        }
    }

    public SimFile OpenOrCreate(string name)
    {
        if (_names.TryGetValue(name, out var file)) return file;
        file = new SimFile();
        Change(new NameChange(null, name, file));
        return file;
    }

    public void Rename(string from, string to)
    {
        if (!_names.TryGetValue(from, out var file)) throw new FileNotFoundException($"There is no file {from}.", from);
        Change(new NameChange(from, to, file));
    }

    public void Delete(string name)
    {
        if (_names.TryGetValue(name, out var file)) Change(new NameChange(name, null, file));
    }

    public void FlushDirectory()
    {
        foreach (var change in _unflushed) change.Apply(_durable);
        _unflushed.Clear();
    }

    /// <summary>Cuts the power: nobody may have the disk in use.</summary>
    public void LosePower(IDecisions decisions)
    {
        foreach (var change in _unflushed)
        {
            if (decisions.Choose("name", 2) == 0) change.Apply(_durable);
        }

        _unflushed.Clear();
        _names = new SortedDictionary<string, SimFile>(_durable, StringComparer.Ordinal);
        foreach (var file in _names.Values) file.LosePower(decisions);
    }

    /// <summary>All content is lost: a new disk.</summary>
    public void Wipe()
    {
        _unflushed.Clear();
        _durable.Clear();
        _names.Clear();
    }

    private void Change(in NameChange change)
    {
        change.Apply(_names);
        _unflushed.Add(change);
    }

    private readonly record struct NameChange(string? From, string? To, SimFile File)
    {
        public void Apply(SortedDictionary<string, SimFile> names)
        {
            if (From is not null && names.GetValueOrDefault(From) == File) names.Remove(From);
            if (To is not null) names[To] = File;
        }
    }
}
