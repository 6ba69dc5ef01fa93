using System.CommandLine;
using System.Text;
using RaftKv.KeyValue;

namespace RaftKv.Node.Commands;

/// <summary><c>client scan</c>: prints keys and values in order, page after page.</summary>
internal static class ScanCommand
{
    public static Command Create(ClientOptions options)
    {
        var prefix = new Argument<string>("PREFIX")
        {
            Description = "Keys begin with it.",
            DefaultValueFactory = _ => "",
        };
        var from = new Option<string>("--from")
        {
            Description = "The first key.",
            HelpName = "KEY",
            DefaultValueFactory = _ => "",
        };
        var to = new Option<string?>("--to") { HelpName = "KEY", Description = "The first key behind the range." };
        var limit = NumberOption.Create("--limit", "Most keys to print; 0: all.", 0, 0, int.MaxValue);
        var command = new Command("scan", "Print keys and values (a tab between them) in the order of the keys.")
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
            var left = parsed.GetValue(limit) is > 0 and var most ? most : int.MaxValue;
            var range = new KvScan
            {
                Prefix = parsed.GetValue(prefix)!,
                From = parsed.GetValue(from)!,
                To = parsed.GetValue(to),
            };
            while (left > 0)
            {
                var page = await clerk.ScanAsync(range with { Limit = left }, cancellationToken);
                foreach (var (key, value) in page.Items)
                    await output.WriteLineAsync($"{key}\t{Encoding.UTF8.GetString(value.Span)}");
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
