using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RaftKv.Linearizability;

namespace RaftKv.HistoryChecker.Commands;

/// <summary><c>score EXPECTED.tsv…</c>: verdicts and times against those expected, in one warm process.</summary>
internal static class ScoreCommand
{
    private const int Runs = 5;

    public static Command Create()
    {
        var tables = new Argument<string[]>("EXPECTED.tsv")
        {
            Description = "tab-separated tables with the columns file and expected; files are beside their table",
            Arity = ArgumentArity.OneOrMore,
        };
        var explain = new Option<bool>("--explain")
        {
            Description = "measures the core and sentence of illegal files, too: two more columns",
        };
        var budget = new BudgetOptions(isBounded: true);
        var command = new Command(
            "score", $"Compares verdicts with expected ones; times are the median of {Runs} checks, reading excluded.")
        {
            tables, explain,
        };
        budget.AddTo(command);
        command.SetAction(result => Run(
            result.GetValue(tables)!, result.GetValue(explain), budget.From(result), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] tables, bool explains, Budget budget, InvocationConfiguration streams)
    {
        int right = 0, wrong = 0, undecided = 0;
        var bad = false;
        var more = explains ? "\texplain_ms\tcore" : "";
        streams.Output.WriteLine($"file\tverdict\texpected\tms\tpeak_mib{more}");
        foreach (var table in tables)
        {
            if (ExpectedVerdicts.Read(table, streams.Error) is not { } rows)
                return ExitCode.BadInput;
            foreach (var (file, expected) in rows)
            {
                var path = Path.Combine(Path.GetDirectoryName(table) ?? "", file);
                if (Score(path, explains, budget, streams.Error) is not { } score)
                {
                    bad = true;
                    undecided++;
                    streams.Output.WriteLine($"{file}\tunreadable\t{expected}\t\t{(explains ? "\t\t" : "")}");
                    continue;
                }

                var verdict = HistoryFile.Name(score.Verdict);
                var figures = string.Create(
                    CultureInfo.InvariantCulture, $"{score.MedianMs:0.000}\t{score.PeakMiB:0.0}");
                streams.Output.WriteLine($"{file}\t{verdict}\t{expected}\t{figures}{score.Explained}");
                if (score.Verdict == Verdict.Unknown)
                    undecided++;
                else if (verdict == expected)
                    right++;
                else
                    wrong++;
            }
        }

        streams.Output.WriteLine($"{right} right, {wrong} wrong, {undecided} undecided");
        return bad ? ExitCode.BadInput
            : wrong > 0 ? ExitCode.Illegal
            : undecided > 0 ? ExitCode.Undecided
            : ExitCode.Linearizable;
    }

    private static (Verdict Verdict, double MedianMs, double PeakMiB, string Explained)? Score(
        string path, bool explains, Budget budget, TextWriter error)
    {
        PeakMemory.Reset();
        if (HistoryFile.Open(path, error) is not { } history)
            return null;
        var (result, medianMs) = Median(() => history.Check(budget), result => result.Verdict == Verdict.Unknown);
        var (verdict, peakMiB) = (result.Verdict, PeakMemory.MiB());
        if (!explains || verdict != Verdict.Illegal)
            return (verdict, medianMs, peakMiB, explains ? "\t\t" : "");
        history.Explain(budget);
        var (explanation, explainMs) = Median(() => history.Explain(budget), explanation => explanation is null);
        var figures = string.Create(CultureInfo.InvariantCulture, $"\t{explainMs:0.000}\t{explanation?.Core.Count}");
        return (verdict, medianMs, peakMiB, figures);
    }

    private static (T Result, double Ms) Median<T>(Func<T> run, Predicate<T> isLast)
    {
        var times = new List<double>();
        var result = default(T)!;
        while (times.Count < Runs && (times.Count == 0 || !isLast(result)))
        {
            var watch = Stopwatch.StartNew();
            result = run();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        return (result, times[times.Count / 2]);
    }
}
