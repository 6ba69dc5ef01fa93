namespace RaftKv.HistoryChecker.Commands;

/// <summary>A tab-separated table of files and their verdicts, beside the files.</summary>
internal static class ExpectedVerdicts
{
    /// <summary>Reads a table, or says on the error stream why it cannot and gives null.</summary>
    public static IReadOnlyList<(string File, string Expected)>? Read(string table, TextWriter error)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(table);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"{table}: {exception.Message}");
            return null;
        }

        var columns = lines.Length == 0 ? [] : lines[0].Split('\t');
        var (file, expected) = (Array.IndexOf(columns, "file"), Array.IndexOf(columns, "expected"));
        if (file < 0 || expected < 0)
        {
            error.WriteLine($"{table}:1: the header needs the columns 'file' and 'expected'");
            return null;
        }

        var rows = new List<(string, string)>();
        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            var cells = lines[i].Split('\t');
            if (cells.Length != columns.Length || cells[expected] is not ("linearizable" or "illegal"))
            {
                error.WriteLine(
                    $"{table}:{i + 1}: {columns.Length} cells are expected, "
                    + "'linearizable' or 'illegal' as the verdict");
                return null;
            }

            rows.Add((cells[file], cells[expected]));
        }

        if (rows.Count > 0)
            return rows;
        error.WriteLine($"{table}:{lines.Length}: the table names no file");
        return null;
    }
}
