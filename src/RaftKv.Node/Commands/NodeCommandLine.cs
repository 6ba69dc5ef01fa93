using System.CommandLine;
using System.CommandLine.Invocation;
using RaftKv.Client;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary>The command line of this program.</summary>
internal static class NodeCommandLine
{
    /// <summary>How long a command may take to end after Ctrl+C or SIGTERM; then the process ends.</summary>
    private static readonly TimeSpan _terminationTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs one command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var options = new ClientOptions();
        var root = new RootCommand("RaftKv: a replicated key-value store. Runs nodes, talks to them, measures them.")
        {
            ServeCommand.Create(),
            ServeCommand.CreateInit(),
            ClusterCommand.Create(options),
            ClientCommand.Create(options),
            BenchCommand.Create(options),
        };
        CommandHelp.Replace(root);
        // A value that begins with @ is a value, and no file of further arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return await RefuseAsync(parsed.Errors.Select(problem => problem.Message), error);
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = _terminationTimeout,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (UsageException exception)
        {
            return await RefuseAsync([exception.Message], error);
        }
        catch (ClerkException exception) when (exception is ClerkRefusedException
            || (exception is KvRejectedException && parsed.CommandResult.Command is not AdministrationCommand))
        {
            return await RefuseAsync([exception.Message], error);
        }
        catch (Exception exception) when (exception is ClerkException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Cancelled.");
            return ExitCode.Failed;
        }
#pragma warning disable CA1031 // Whatever it is, it must not look like success or wrong usage.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await error.WriteLineAsync(exception.ToString());
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RefuseAsync(IEnumerable<string> problems, TextWriter error)
    {
        foreach (var problem in problems)
            await error.WriteLineAsync(problem);
        await error.WriteLineAsync("--help explains the commands and their options.");
        return ExitCode.Usage;
    }
}
