namespace RaftKv.Linearizability.Formats;

/// <summary>A history cannot be read. Nothing is guessed: the first thing that is wrong is reported.</summary>
public sealed class MalformedHistoryException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The name of the file.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="reason">What is wrong there.</param>
    public MalformedHistoryException(string file, int line, string reason)
        : base($"{file}:{line}: {reason}") => (File, Line, Reason) = (file, line, reason);

    /// <summary>The name of the file.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }
}
