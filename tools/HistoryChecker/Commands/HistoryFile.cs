using System.IO.Compression;
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
            using var content = Content(path);
            var history = HistoryReader.Read(content, path);
            // What reading leaves behind makes room for the check.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            return history;
        }
        catch (MalformedHistoryException malformed)
        {
            error.WriteLine(malformed.Message);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var problem = exception switch
            {
                _ when Directory.Exists(path) => "a directory",
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => "it may not be read",
                _ => exception.Message,
            };
            error.WriteLine($"{path}: {problem}");
        }

        return null;
    }

    /// <summary>Writes a file, gzipped when its name ends so: whole or, when that fails, not at all.</summary>
    public static void Create(string path, Action<Stream> write)
    {
        using var content = new MemoryStream();
        if (IsGzip(path))
        {
            using var zip = new GZipStream(content, CompressionLevel.Optimal, leaveOpen: true);
            write(zip);
        }
        else
        {
            write(content);
        }

        using var file = File.Create(path);
        content.WriteTo(file);
    }

    /// <summary>Whether the name, without that of a compression, ends so.</summary>
    public static bool HasExtension(string path, string extension) =>
        (IsGzip(path) ? path[..^3] : path).EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>A pipe is read to its end first: a reader goes back to the beginning.</summary>
    private static Stream Content(string path)
    {
        var file = File.OpenRead(path);
        if (file.CanSeek)
            return file;
        using (file)
        {
            var content = new MemoryStream();
            file.CopyTo(content);
            content.Position = 0;
            return content;
        }
    }

    /// <summary>A verdict as the tool prints it and as expected.tsv names it.</summary>
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Linearizable => "linearizable",
        Verdict.Illegal => "illegal",
        _ => "undecided",
    };
}
