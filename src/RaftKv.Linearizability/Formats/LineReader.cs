namespace RaftKv.Linearizability.Formats;

/// <summary>The lines of a file, one at a time, with their numbers.</summary>
internal sealed class LineReader(TextReader reader, string file)
{
    /// <summary>The number of the current line, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The current line; empty before the first.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Goes to the next line; false, and the current one stays, at the end.</summary>
    public bool Next()
    {
        if (reader.ReadLine() is not { } text)
            return false;
        (Text, Line) = (text, Line + 1);
        return true;
    }

    public MalformedHistoryException Malformed(string reason, int? line = null) =>
        new(file, line ?? Math.Max(Line, 1), reason);
}
