using System.CommandLine;
using System.Diagnostics;
using RaftKv.HistoryChecker.Pages;
using RaftKv.Linearizability;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>explain FILE</c>: why a history is illegal, in words and as a page.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "a history in any known format, plain or gzipped" };
        var page = new Option<string?>("--output", "-o") { Description = "where to write an HTML page that shows it" };
        var budget = new BudgetOptions();
        var command = new Command("explain", "Says why a history is illegal, by the few operations that show it.")
        {
            file, page,
        };
        budget.AddTo(command);
        command.SetAction(result => Run(
            result.GetValue(file)!, result.GetValue(page), budget.From(result), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string file, string? page, Budget budget, InvocationConfiguration streams)
    {
        if (HistoryFile.Open(file, streams.Error) is not { } history)
            return ExitCode.BadInput;
        history.WarmUp();
        var watch = Stopwatch.StartNew();
        var verdict = history.Check(budget).Verdict;
        var rest = budget with { Time = budget.Time - watch.Elapsed };
        var explanation = verdict == Verdict.Illegal ? history.Explain(rest) : null;
        streams.Output.WriteLine($"{file}: {HistoryFile.Name(verdict)}");
        if (explanation is not null)
            streams.Output.WriteLine(explanation.Sentence);
        foreach (var index in explanation?.Core ?? [])
        {
            var (client, what, call, @return) = history[index];
            streams.Output.WriteLine($"  [{call}, {(@return is { } at ? at : "unknown")}] client {client} {what}");
        }

        try
        {
            if (page is not null)
                File.WriteAllText(page, ExplanationPage.Of(file, history, verdict, explanation, budget));
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            streams.Error.WriteLine($"{page}: {exception.Message}");
            return ExitCode.BadInput;
        }

        return verdict switch
        {
            Verdict.Linearizable => ExitCode.Linearizable,
            Verdict.Illegal => ExitCode.Illegal,
            _ => ExitCode.Undecided,
        };
    }
}
