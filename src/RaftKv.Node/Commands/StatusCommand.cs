using System.CommandLine;
using RaftKv.Client;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary><c>client status</c>: how each server stands, or why it does not say.</summary>
internal static class StatusCommand
{
    public static Command Create(ClientOptions options)
    {
        var command = new AdministrationCommand(
            "status", "Print a line for each node. Exit with 1 unless a majority answers and one leads.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new StatusReport();
            IReadOnlyList<string> asked = options.Addresses(parsed);
            for (; asked.Count > 0; asked = report.NotAsked())
                await AskAsync(options, parsed, asked, report, cancellationToken);
            foreach (var line in report.Lines())
                await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            if (report.AllRefuse)
                throw new UsageException("Every server refused: is --cluster-id the cluster's name?");
            if (report.Problem() is not { } problem)
                return ExitCode.Good;
            await parsed.InvocationConfiguration.Error.WriteLineAsync(problem);
            return ExitCode.Failed;
        });
        return command;
    }

    private static async Task AskAsync(
        ClientOptions options, ParseResult parsed, IReadOnlyList<string> servers, StatusReport report,
        CancellationToken cancellationToken)
    {
        var patience = TimeSpan.FromSeconds(parsed.GetValue(options.Timeout));
        await using var clerk = options.Connect(parsed, clerkOptions => clerkOptions with
        {
            Endpoints = servers,
            AttemptTimeout = patience,
            Rpc = clerkOptions.Rpc with { ConnectTimeout = patience },
        });
        var answers = servers.Select(async server =>
        {
            try
            {
                return new ServerAnswer(server, await clerk.GetStatusAsync(server, cancellationToken), null);
            }
            catch (ClerkException failure)
            {
                return new ServerAnswer(server, null, failure);
            }
        });
        report.Add(await Task.WhenAll(answers));
    }
}
