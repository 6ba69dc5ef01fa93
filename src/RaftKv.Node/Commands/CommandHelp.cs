using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace RaftKv.Node.Commands;

/// <summary>
/// The help of a command, in whose list of further commands what may be left out stands in brackets. The library's own
/// list does not tell it from what must be there.
/// </summary>
internal sealed class CommandHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Replaces the help of a command line.</summary>
    public static void Replace(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new CommandHelp((HelpAction)option.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var written = new StringWriter();
        configuration.Output = written;
        var exitCode = help.Invoke(parseResult);
        configuration.Output = output;
        var labels = parseResult.CommandResult.Command.Subcommands.ToDictionary(Label, Corrected);
        foreach (var line in written.ToString().Split(Environment.NewLine)[..^1])
        {
            var (label, corrected) = labels.FirstOrDefault(
                label => line.StartsWith($"  {label.Key}  ", StringComparison.Ordinal), new("", ""));
            output.WriteLine(label.Length > 0 ? $"  {corrected}{line[(2 + label.Length)..]}" : line);
        }

        return exitCode;
    }

    private static string Label(Command command) =>
        string.Join(' ', command.Arguments.Select(argument => $"<{argument.Name}>").Prepend(command.Name));

    /// <summary>As long as the label, so that nothing moves.</summary>
    private static string Corrected(Command command) =>
        string.Join(' ', command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0
            ? $"[{argument.Name}]"
            : $"<{argument.Name}>").Prepend(command.Name));
}
