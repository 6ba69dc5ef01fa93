using System.CommandLine;
using System.CommandLine.Invocation;

namespace RaftKv.Sim.Commands;

/// <summary>The command line of this program.</summary>
internal static class SimCommandLine
{
    /// <summary>Runs one command; none stands for <c>sweep</c>.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(
            "Runs whole RaftKv clusters in one process under seeded faults and virtual time, and checks them.")
        {
            SweepCommand.Create(),
            ReplayCommand.Create(),
            BenchCommand.Create(),
        };
        var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(arguments.Length == 0 ? ["sweep"] : arguments, configuration);
        if (parsed.Action is not ParseErrorAction)
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
        foreach (var problem in parsed.Errors)
            error.WriteLine(problem.Message);
        error.WriteLine("--help explains the commands and their options.");
        return ExitCode.WrongUsage;
    }
}
