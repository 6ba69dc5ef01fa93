using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client get</c>: prints a key's value.</summary>
internal static class GetCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var command = new Command("get", "Print a key's value.") { key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed, ClientCommand.OperationTimeout);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (await clerk.GetStringAsync(parsed.GetValue(key)!, cancellationToken) is { } value)
            {
                await output.WriteLineAsync(value);
                return ExitCode.Good;
            }

            await error.WriteLineAsync($"The key '{parsed.GetValue(key)}' is absent.");
            return ExitCode.Failed;
        });
        return command;
    }
}
