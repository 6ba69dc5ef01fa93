using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client transfer</c>: hands the leadership over.</summary>
internal static class TransferCommand
{
    public static Command Create(ClientOptions options)
    {
        var node = new Argument<int?>("NODE")
        {
            Description = "Id of the node that is to lead. Without it: whichever is fit.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        node.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var id) && id < 1)
                result.AddError($"NODE must be at least 1, but is {id}.");
        });
        var command = new Command("transfer", "Hand the leadership over to another node.") { node };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            await clerk.TransferLeadershipAsync(parsed.GetValue(node), cancellationToken);
            return ExitCode.Good;
        });
        return command;
    }
}
