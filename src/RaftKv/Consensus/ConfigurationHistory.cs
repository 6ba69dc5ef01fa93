using RaftKv.Diagnostics;

namespace RaftKv.Consensus;

/// <summary>
/// The configurations that a snapshot and the log behind it hold, each in force from its entry on, committed or not
/// (paper §6). It follows every change of the log, so it is always a function of the two.
/// </summary>
internal sealed class ConfigurationHistory
{
    private readonly List<(LogIndex Index, Configuration Configuration)> _known = [];

    public ConfigurationHistory(LogIndex snapshot, Configuration configuration) => Restart(snapshot, configuration);

    /// <summary>The configuration in force.</summary>
    public Configuration Current => _known[^1].Configuration;

    /// <summary>Where it stands in the log; the snapshot's index when the log behind that holds none.</summary>
    public LogIndex CurrentIndex => _known[^1].Index;

    /// <summary>The configuration in force at a position that is not before the snapshot.</summary>
    public Configuration At(LogIndex index)
    {
        for (var i = _known.Count - 1; i >= 0; i--)
        {
            if (_known[i].Index <= index)
                return _known[i].Configuration;
        }

        throw new InvariantViolationException(
            "configuration is a function of snapshot and log", $"asked for {index}, known from {_known[0].Index}");
    }

    /// <summary>Whether this server is a voter in the committed configuration or in any that may replace it.</summary>
    public bool IsVoter(NodeId id, LogIndex commit)
    {
        for (var i = _known.Count - 1; i >= 0; i--)
        {
            if (_known[i].Configuration.IsVoter(id))
                return true;
            if (_known[i].Index <= commit)
                return false;
        }

        return false;
    }

    /// <summary>Whether this server was a member and is none in the configuration in force.</summary>
    public bool HasLost(NodeId id) =>
        Current.Find(id) is null && _known.Exists(known => known.Configuration.Find(id) is not null);

    /// <summary>An entry was appended.</summary>
    /// <returns>Whether it put another configuration in force.</returns>
    public bool Append(in LogEntry entry)
    {
        if (entry.Kind != EntryKind.Configuration)
            return false;
        if (!ConfigurationCodec.TryDecode(entry.Data.Span, out var configuration))
            throw new InvariantViolationException("configuration entry", $"entry {entry.Index} does not decode");
        _known.Add((entry.Index, configuration));
        return true;
    }

    /// <summary>The log lost its entries from <paramref name="index"/> on.</summary>
    /// <returns>Whether another configuration is in force now.</returns>
    public bool TruncateFrom(LogIndex index)
    {
        var count = _known.Count;
        while (CurrentIndex >= index)
            _known.RemoveAt(_known.Count - 1);
        return _known.Count < count;
    }

    /// <summary>A snapshot covers the log up to <paramref name="index"/>.</summary>
    public void CoverThrough(LogIndex index)
    {
        var superseded = 0;
        while (superseded + 1 < _known.Count && _known[superseded + 1].Index <= index)
            superseded++;
        _known.RemoveRange(0, superseded);
    }

    /// <summary>The log continues behind a snapshot that holds this configuration.</summary>
    public void Restart(LogIndex snapshot, Configuration configuration)
    {
        _known.Clear();
        _known.Add((snapshot, configuration));
    }
}
