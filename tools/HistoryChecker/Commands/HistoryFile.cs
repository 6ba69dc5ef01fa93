using RaftKv.Linearizability;
using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Commands;

/// <summary>Opens the files that commands are given.</summary>
internal static class HistoryFile
{
    /// <summary>Reads a history, or says on the error stream why it cannot and gives null.</summary>
    public static RecordedHistory? Open(string path, TextWriter error)
    {
        try
        {
            using var content = File.OpenRead(path);
            var history = HistoryReader.Read(content, path);
            // What reading leaves behind makes room for the check.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            return history;
        }
        catch (MalformedHistoryException malformed)
        {
            error.WriteLine(malformed.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{path}: {exception.Message}");
        }

        return null;
    }

    /// <summary>A verdict as the tool prints it and as expected.tsv names it.</summary>
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Linearizable => "linearizable",
        Verdict.Illegal => "illegal",
        _ => "undecided",
    };
}
