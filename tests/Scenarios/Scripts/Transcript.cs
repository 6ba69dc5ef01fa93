using RaftKv.Consensus;

namespace RaftKv.Scenarios.Scripts;

/// <summary>How much a script prints.</summary>
internal enum LogLevel
{
    None,
    Info,

    /// <summary>Also what a leader knows about its followers, each time that it changes.</summary>
    Debug,
}

/// <summary>What a command has printed: one aligned line for each event, the node that it happened at first.</summary>
internal sealed class Transcript
{
    private readonly List<string> _lines = [];

    public LogLevel Level { get; set; } = LogLevel.Info;

    public void Event(NodeId node, string kind, string details)
    {
        if (Level != LogLevel.None)
            _lines.Add($"{node,-3} {kind,-10} {details}".TrimEnd());
    }

    /// <summary>The answer to a question; printed at every level.</summary>
    public void Answer(NodeId node, string details) => _lines.Add($"{node,-3} {details}");

    /// <summary>The lines since the last call.</summary>
    public List<string> Take()
    {
        List<string> taken = [.. _lines];
        _lines.Clear();
        return taken;
    }
}
