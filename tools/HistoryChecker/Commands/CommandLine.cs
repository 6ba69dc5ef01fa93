using System.CommandLine;
using System.CommandLine.Parsing;

namespace RaftKv.HistoryChecker.Commands;

/// <summary>The whole command line.</summary>
internal static class CommandLine
{
    private const string Name = "historychecker";

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
        if (arguments.Length > 0 && Mistake(command) is { } mistake)
        {
            var asked = command.CommandResult.Command;
            error.WriteLine($"{mistake} (try '{(asked is RootCommand ? Name : $"{Name} {asked.Name}")} --help')");
            return ExitCode.BadInput;
        }

        var exitCode = command.Invoke(new InvocationConfiguration { Output = output, Error = error });
        return command.Errors.Count > 0 ? ExitCode.BadInput : exitCode;
    }

    /// <summary>The first thing that is wrong; null: nothing.</summary>
    private static string? Mistake(ParseResult command)
    {
        // Behind "--" everything is a file. Before it what looks like an option was meant as one.
        var files = command.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens);
        var unknown = command.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : files.Select(token => token.Value).Concat(command.UnmatchedTokens)
                .FirstOrDefault(text => text.Length > 1 && text[0] == '-');
        if (command.CommandResult.Command is RootCommand && command.UnmatchedTokens is [var first, ..])
            return $"'{first}' is no command: check, explain, score, convert or generate";
        return unknown is not null
            ? $"'{unknown}' is no option of {command.CommandResult.Command.Name}"
            : command.Errors.Count > 0 ? command.Errors[0].Message : null;
    }
}
