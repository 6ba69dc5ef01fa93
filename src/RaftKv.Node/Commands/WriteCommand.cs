using System.CommandLine;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary><c>client put</c> and <c>client append</c>.</summary>
internal static class WriteCommand
{
    public delegate ValueTask<long> Write(Clerk clerk, string key, byte[] value, CancellationToken cancellationToken);

    public static Command Create(ClientOptions options, string name, string description, Write write)
    {
        var key = ClientOptions.Key();
        var value = new ValueSource();
        var command = new Command(name, description) { key };
        value.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var bytes = await value.ReadAsync(parsed, cancellationToken);
            await using var clerk = options.Connect(parsed);
            await write(clerk, parsed.GetValue(key)!, bytes, cancellationToken);
            return ExitCode.Good;
        });
        return command;
    }
}
