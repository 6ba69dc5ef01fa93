using System.CommandLine;
using System.Text;

namespace RaftKv.Node.Commands;

/// <summary><c>client get</c>: prints a key's value.</summary>
internal static class GetCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var raw = new Option<bool>("--raw") { Description = "Print the value's bytes and nothing else, no line end." };
        var command = new Command("get", "Print a key's value.") { key, raw };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (await clerk.GetAsync(parsed.GetValue(key)!, cancellationToken) is not { } value)
            {
                await error.WriteLineAsync($"The key '{parsed.GetValue(key)}' is absent.");
                return ExitCode.Failed;
            }

            if (parsed.GetValue(raw))
            {
                await using var bytes = Console.OpenStandardOutput();
                await bytes.WriteAsync(value, cancellationToken);
                return ExitCode.Good;
            }

            if (!System.Text.Unicode.Utf8.IsValid(value.Span))
            {
                await error.WriteLineAsync($"The value of '{parsed.GetValue(key)}' is not text: give --raw.");
                return ExitCode.Failed;
            }

            await output.WriteLineAsync(Encoding.UTF8.GetString(value.Span));
            return ExitCode.Good;
        });
        return command;
    }
}
