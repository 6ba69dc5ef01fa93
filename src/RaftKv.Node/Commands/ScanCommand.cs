using System.CommandLine;
using RaftKv.KeyValue;

namespace RaftKv.Node.Commands;

/// <summary><c>client scan</c>: prints keys and values in order, page after page.</summary>
internal static class ScanCommand
{
    public static Command Create(ClientOptions options)
    {
        var prefix = ClientOptions.Text("PREFIX", "Keys begin with it.");
        prefix.Arity = ArgumentArity.ZeroOrOne;
        var from = ClientOptions.TextOption("--from", "KEY", "The first key.");
        var to = ClientOptions.TextOption("--to", "KEY", "The first key behind the range.");
        var limit = NumberOption.CreateOptional("--limit", "Most keys to print; without it, all.", 1, int.MaxValue);
        var command = new Command(
            "scan",
            "Print keys and values in order, a line each: KEY, a tab, VALUE, with \\t \\n \\r \\\\ \\xHH in them.")
        {
            prefix,
            from,
            to,
            limit,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed);
            var output = parsed.InvocationConfiguration.Output;
            var left = parsed.GetValue(limit);
            var range = new KvScan
            {
                Prefix = parsed.GetValue(prefix) ?? "",
                From = parsed.GetValue(from) ?? "",
                To = parsed.GetValue(to),
            };
            while (left != 0)
            {
                var page = await clerk.ScanAsync(range with { Limit = left ?? 0 }, cancellationToken);
                foreach (var (key, value) in page.Items)
                    await output.WriteLineAsync($"{EscapedText.Of(key)}\t{EscapedText.Of(value.Span)}");
                left -= page.Items.Count;
                if (page.Next is null)
                    break;
                range = range with { From = page.Next };
            }

            return ExitCode.Good;
        });
        return command;
    }
}
