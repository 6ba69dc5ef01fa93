using System.Globalization;

namespace RaftKv.Sim.World;

/// <summary>What happened in a world: always as a hash, and on request as one aligned line for each event.</summary>
/// <remarks>
/// Lines carry no culture, no identity hashes and no stack traces, so they are equal on every machine.
/// </remarks>
internal sealed class Trace
{
    /// <summary>What the columns of a line are.</summary>
    private const string Legend = """
            1.2345678  n2        deliver     from n1, 63 bytes n1->n2 term 1 #4 VoteReply { Granted = True }
            |          |         |           details: of what is delivered, sender, receiver, term, number and body
            |          |         what happened; "node" is what a node says of itself, "client" what a client does
            |          where: a node (n) or client (c; audit: the one at the end); "-" for the world itself
            simulated seconds since the start, to 100 ns
        Timers and callbacks that do nothing of this have no line, so there are fewer lines than events.
        """;

    private readonly Queue<string>? _lines;
    private readonly int _maxLines;
    private long _dropped;

    /// <param name="record">Whether to keep lines, besides the hash.</param>
    /// <param name="maxLines">When there are more, the oldest are dropped.</param>
    public Trace(bool record = false, int maxLines = 1_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLines);
        _lines = record ? new Queue<string>() : null;
        _maxLines = maxLines;
    }

    public TraceHash Hash { get; } = new();

    public bool IsRecording => _lines is not null;

    /// <summary>The lines kept, oldest first.</summary>
    public IReadOnlyCollection<string> Lines => _lines is null ? [] : _lines;

    /// <summary>Writes the legend and the lines, and says how many were dropped to bound memory.</summary>
    public void WriteTo(TextWriter writer)
    {
        writer.WriteLine(Legend);
        if (_dropped > 0)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The first {_dropped} lines are not kept."));
        foreach (var line in Lines)
            writer.WriteLine(line);
    }

    public void AddLine(long timeTicks, string? node, TraceKind kind, string text)
    {
        if (_lines is null) return;
        if (_lines.Count == _maxLines)
        {
            _lines.Dequeue();
            _dropped++;
        }

        var (seconds, fraction) = Math.DivRem(timeTicks, TimeSpan.TicksPerSecond);
        var kindName = kind.ToString().ToLowerInvariant();
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{seconds,5}.{fraction:0000000}  {node ?? "-",-8}  {kindName,-10}  {text}");
        _lines.Enqueue(line.TrimEnd());
    }
}
