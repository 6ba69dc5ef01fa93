using System.CommandLine;
using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>convert FROM TO</c>: writes a history in another format.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("FROM") { Description = "a history in any known format, plain or gzipped" };
        var to = new Argument<string>("TO")
        {
            Description = "where to write: .edn for Jepsen's, else kv-history-1; gzipped: .gz",
        };
        var command = new Command("convert", "Writes a history in another format.") { from, to };
        command.SetAction(result => Run(
            result.GetValue(from)!, result.GetValue(to)!, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string from, string to, TextWriter error)
    {
        if (HistoryFile.Open(from, error) is not { } history)
            return ExitCode.BadInput;
        try
        {
            if (HistoryFile.HasExtension(to, ".edn"))
                HistoryFile.Create(to, content => EdnHistoryWriter.Write(history, content));
            else
                HistoryFile.Create(to, content => KvHistoryWriter.Write(history, content));
            return ExitCode.Linearizable;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            error.WriteLine($"{to}: {exception.Message}");
            return ExitCode.BadInput;
        }
    }
}
