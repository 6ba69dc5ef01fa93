using System.CommandLine;

namespace RaftKv.HistoryChecker.Commands;

/// <summary>The whole command line.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Checks recorded histories for linearizability.")
        {
            CheckCommand.Create(),
            ExplainCommand.Create(),
            ScoreCommand.Create(),
            ConvertCommand.Create(),
            GenerateCommand.Create(),
        };
        var command = root.Parse(arguments);
        var exitCode = command.Invoke(new InvocationConfiguration { Output = output, Error = error });
        return command.Errors.Count > 0 ? ExitCode.BadInput : exitCode;
    }
}
