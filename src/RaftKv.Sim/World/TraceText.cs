using System.Globalization;
using System.Runtime.CompilerServices;

namespace RaftKv.Sim.World;

/// <summary>
/// The text of a trace line, formatted without a culture and only when lines are recorded: a call with an
/// interpolated string costs next to nothing otherwise.
/// </summary>
[InterpolatedStringHandler]
internal ref struct TraceText
{
    private DefaultInterpolatedStringHandler _text;

    public TraceText(int literalLength, int formattedCount, Scheduler scheduler, out bool isWanted)
    {
        isWanted = scheduler.Trace.IsRecording;
        if (isWanted)
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
