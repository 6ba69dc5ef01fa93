using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client delete</c>: removes a key. That it was absent is no failure: it is afterwards, too.</summary>
internal static class DeleteCommand
{
    public static Command Create(ClientOptions options)
    {
        var key = ClientOptions.Key();
        var command = new Command("delete", "Remove a key.") { key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var result = await clerk.DeleteAsync(parsed.GetValue(key)!, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(result.Existed ? "deleted" : "absent before");
            return ExitCode.Good;
        });
        return command;
    }
}
