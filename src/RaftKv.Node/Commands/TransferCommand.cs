using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client transfer</c>: hands the leadership over.</summary>
internal static class TransferCommand
{
    public static Command Create(ClientOptions options)
    {
        var node = NodeArgument.Id("The node that is to lead. Without it: whichever is fit.");
        node.Arity = ArgumentArity.ZeroOrOne;
        var command = new AdministrationCommand("transfer", "Hand the leadership over to another node.") { node };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            await clerk.TransferLeadershipAsync(parsed.GetValue(node) is > 0 and var id ? id : null, cancellationToken);
            return ExitCode.Good;
        });
        return command;
    }
}
