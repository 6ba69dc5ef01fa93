using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>check FILE…</c>: one verdict a file.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "histories in any known format, plain or gzipped",
            Arity = ArgumentArity.OneOrMore,
        };
        var budget = new BudgetOptions();
        var command = new Command("check", "Prints the verdict of each file.") { files };
        budget.AddTo(command);
        command.SetAction(result => Run(result.GetValue(files)!, budget.From(result), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] files, Budget budget, InvocationConfiguration streams)
    {
        var bad = 0;
        var verdicts = new List<Verdict>();
        foreach (var file in files)
        {
            if (HistoryFile.Open(file, streams.Error) is not { } history)
            {
                bad++;
                continue;
            }

            history.WarmUp();
            var watch = Stopwatch.StartNew();
            var result = history.Check(budget);
            streams.Output.WriteLine(Describe(file, history, result, watch.Elapsed));
            var rest = budget with { Time = budget.Time - watch.Elapsed };
            if (result.Verdict == Verdict.Illegal && history.Explain(rest) is { } explanation)
                streams.Output.WriteLine($"  {explanation.Sentence}");
            verdicts.Add(result.Verdict);
        }

        return bad > 0 ? ExitCode.BadInput
            : verdicts.Contains(Verdict.Illegal) ? ExitCode.Illegal
            : verdicts.Contains(Verdict.Unknown) ? ExitCode.Undecided
            : ExitCode.Linearizable;
    }

    private static string Describe(string file, RecordedHistory history, CheckResult result, TimeSpan elapsed)
    {
        var unknown = history.UnknownCount == 0 ? "" : $", {history.UnknownCount} of unknown outcome";
        var proved = result.ProvedUntil switch
        {
            null => "",
            long.MinValue => ", nothing proved",
            long.MaxValue => "",
            var until => string.Create(CultureInfo.InvariantCulture, $", linearizable until just before {until}"),
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: {HistoryFile.Name(result.Verdict)} ({history.Model}, {history.Count} operations{unknown}; " +
            $"{elapsed.TotalMilliseconds:0.0} ms){proved}");
    }
}
