using System.Text.Json;

namespace RaftKv.Linearizability.Formats;

/// <summary>The lines of a file, one at a time, with their numbers.</summary>
internal sealed class LineReader(TextReader reader, string file)
{
    private readonly Queue<string> _ahead = [];

    /// <summary>The number of the current line, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The current line; empty before the first.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Goes to the next line; false, and the current one stays, at the end.</summary>
    public bool Next()
    {
        if (!_ahead.TryDequeue(out var text) && (text = reader.ReadLine()) is null)
            return false;
        (Text, Line) = (text, Line + 1);
        return true;
    }

    /// <summary>The first characters from the current line on that are neither blank nor in a comment.</summary>
    public string Peek(int count)
    {
        var start = Visible(Text);
        foreach (var line in _ahead)
            start += Visible(line);
        while (start.Length < count && reader.ReadLine() is { } line)
        {
            _ahead.Enqueue(line);
            start += Visible(line);
        }

        return start[..Math.Min(count, start.Length)];

        string Visible(string line) => string.Concat(
            line.TakeWhile(letter => letter != ';').Where(letter => !char.IsWhiteSpace(letter) && letter != ',')
                .Take(count));
    }

    public MalformedHistoryException Malformed(string reason, int? line = null) =>
        new(file, line ?? Math.Max(Line, 1), reason);

    /// <summary>What is no JSON, without the place at the message's end: it counts lines and bytes from 0.</summary>
    public MalformedHistoryException Malformed(JsonException exception, int? line = null)
    {
        var place = exception.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return Malformed(
            place < 0 || exception.BytePositionInLine is not { } before
                ? exception.Message
                : $"no JSON at byte {before + 1}: {exception.Message[..place]}",
            line);
    }
}
