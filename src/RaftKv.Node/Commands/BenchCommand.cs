using System.CommandLine;
using System.Globalization;

namespace RaftKv.Node.Commands;

/// <summary><c>bench</c>: a closed loop of puts or gets, and its figures.</summary>
internal static class BenchCommand
{
    private const string Header = "system\top\tclients\tvalue_bytes\tops/s\tp50_ms\tp99_ms\terrors";

    public static Command Create(ClientOptions options)
    {
        var operation = new Option<string>("--op")
        {
            Description = "What to measure.",
            HelpName = "put|get",
            Required = true,
        };
        operation.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && token.Value is not ("put" or "get"))
                result.AddError($"--op must be put or get, but is '{token.Value}'.");
        });
        var clients = NumberOption.Create(
            "--clients", "Calls at a time, all through one Clerk as in a server process.", 1, 1, 1000);
        var value = NumberOption.Create("--value", "Size of a value in bytes.", 64, 0, 8 * 1024 * 1024);
        var seconds = NumberOption.Create("--seconds", "How long to measure, after a short warm-up.", 5, 1, 3600);
        var command = new Command("bench", "Measure operations per second and their latency.")
        {
            operation, clients, value, seconds, options.Endpoints, options.Cluster, options.Timeout,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var load = new ClosedLoop(
                parsed.GetValue(operation) == "put", parsed.GetValue(clients), parsed.GetValue(value),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            await using var clerk = options.Connect(parsed);
            await load.RunAsync(clerk, cancellationToken);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(Header);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"raftkv\t{parsed.GetValue(operation)}\t{parsed.GetValue(clients)}\t{parsed.GetValue(value)}\t"
                + $"{load.OperationsPerSecond:F0}\t{load.PercentileMs(50):F3}\t{load.PercentileMs(99):F3}\t"
                + $"{load.Errors}"));
            return load.Errors == 0 ? ExitCode.Good : ExitCode.Failed;
        });
        return command;
    }
}
