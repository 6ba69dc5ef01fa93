using System.CommandLine;
using System.Text;

namespace RaftKv.Node.Commands;

/// <summary><c>client cas</c>: sets a key's value if it is the expected one, otherwise prints it.</summary>
internal static class SwapCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var value = new ValueSource();
        var printer = new ValuePrinter();
        var expected = ClientOptions.TextOption("--expect", "TEXT", "The value that must be there.");
        var absent = new Option<bool>("--absent") { Description = "The key must be absent." };
        var command = new Command(
            "cas", "Compare and swap: set a key's value if it is the expected one. Otherwise print it and exit with 1.")
        {
            key,
        };
        value.AddTo(command);
        command.Add(expected);
        command.Add(absent);
        printer.AddTo(command);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(expected) is { Implicit: false }) == result.GetValue(absent))
                result.AddError("Either --expect or --absent must say what is expected.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(key)!;
            var before = parsed.GetValue(expected) is { } text
                ? Encoding.UTF8.GetBytes(text)
                : default(ReadOnlyMemory<byte>?);
            var after = await value.ReadAsync(parsed, cancellationToken);
            await using var clerk = options.Connect(parsed);
            var swap = await clerk.CompareAndSwapAsync(name, before, after, cancellationToken);
            if (swap.Swapped)
                return ExitCode.Good;
            if (swap.Present is { } present)
                await printer.PrintAsync(name, present, parsed, cancellationToken);
            else
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"The key '{name}' is absent.");
            return ExitCode.Failed;
        });
        return command;
    }
}
