using System.CommandLine;
using System.Text;

namespace RaftKv.Node.Commands;

/// <summary><c>client cas</c>: sets a key's value if it is the expected one, otherwise prints it.</summary>
internal static class SwapCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var value = ClientOptions.Text("VALUE");
        var expected = new Option<string?>("--expect")
        {
            Description = "The value that must be there.",
            HelpName = "TEXT",
        };
        var absent = new Option<bool>("--absent") { Description = "The key must be absent." };
        var command = new Command(
            "cas", "Compare and swap: set a key's value if it is the expected one. Otherwise print it and exit with 1.")
        {
            key,
            value,
            expected,
            absent,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(expected) is { Implicit: false }) == result.GetValue(absent))
                result.AddError("Either --expect or --absent must say what is expected.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var swap = await clerk.CompareAndSwapAsync(
                parsed.GetValue(key)!, parsed.GetValue(expected), parsed.GetValue(value)!, cancellationToken);
            if (swap.Swapped)
                return ExitCode.Good;
            if (swap.Present is { } present)
                await parsed.InvocationConfiguration.Output.WriteLineAsync(Encoding.UTF8.GetString(present.Span));
            else
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"The key '{parsed.GetValue(key)}' is absent.");
            return ExitCode.Failed;
        });
        return command;
    }
}
