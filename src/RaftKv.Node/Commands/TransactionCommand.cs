using System.CommandLine;

namespace RaftKv.Node.Commands;

/// <summary><c>client txn</c>: runs a transaction and prints what its gets read.</summary>
internal static class TransactionCommand
{
    public static Command Create(ClientOptions options)
    {
        var words = new Argument<string[]>("STEP")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "if KEY=VALUE !KEY ... then get:KEY put:KEY=VALUE append:KEY=VALUE delete:KEY ... else ...",
        };
        words.Validators.Add(result => ClientOptions.RequireText(result, "STEP"));
        var command = new Command(
            "txn", "Run a transaction. Exit with 0 when its compares hold (!KEY: it is absent), with 1 when not.")
        {
            words,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var transaction = TransactionText.Parse(parsed.GetValue(words)!);
            await using var clerk = options.Connect(parsed);
            var result = await clerk.TransactAsync(transaction, cancellationToken);
            var operations = result.Succeeded ? transaction.Then : transaction.Else;
            for (var i = 0; i < operations.Count; i++)
            {
                if (operations[i].IsReadOnly)
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(
                        EscapedText.Of(operations[i].Key) + (result.Results[i].Value is { } value
                            ? $"\t{EscapedText.Of(value.Span)}"
                            : " is absent"));
            }

            return result.Succeeded ? ExitCode.Good : ExitCode.Failed;
        });
        return command;
    }
}
