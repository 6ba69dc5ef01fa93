using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client get</c>: prints a key's value.</summary>
internal static class GetCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var printer = new ValuePrinter();
        var command = new Command("get", "Print a key's value. Exit with 1 when the key is absent.") { key };
        printer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(key)!;
            await using var clerk = options.Connect(parsed);
            if (await clerk.GetAsync(name, cancellationToken) is { } value)
                return await printer.PrintAsync(name, value, parsed, cancellationToken)
                    ? ExitCode.Good : ExitCode.Failed;
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"The key '{name}' is absent.");
            return ExitCode.Failed;
        });
        return command;
    }
}
