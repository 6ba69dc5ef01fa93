using System.CommandLine;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary><c>client put</c> and <c>client append</c>.</summary>
internal static class WriteCommand
{
    public delegate ValueTask<long> Write(Clerk clerk, string key, string value, CancellationToken cancellationToken);

    public static Command Create(ClientOptions options, string name, string description, Write write)
    {
        var key = ClientOptions.Key();
        var value = new Argument<string>("VALUE");
        var command = new Command(name, description) { key, value };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed, ClientCommand.OperationTimeout);
            await write(clerk, parsed.GetValue(key)!, parsed.GetValue(value)!, cancellationToken);
            return ExitCode.Good;
        });
        return command;
    }
}
