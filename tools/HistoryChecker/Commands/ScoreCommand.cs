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
        var budget = new BudgetOptions(isBounded: true);
        var command = new Command(
            "score", $"Compares verdicts with expected ones; times are the median of {Runs} checks, reading excluded.")
        {
            tables,
        };
        budget.AddTo(command);
        command.SetAction(result => Run(result.GetValue(tables)!, budget.From(result), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] tables, Budget budget, InvocationConfiguration streams)
    {
        int right = 0, wrong = 0, undecided = 0;
        var bad = false;
        streams.Output.WriteLine("file\tverdict\texpected\tms\tpeak_mib");
        foreach (var table in tables)
        {
            if (ExpectedVerdicts.Read(table, streams.Error) is not { } rows)
                return ExitCode.BadInput;
            foreach (var (file, expected) in rows)
            {
                var path = Path.Combine(Path.GetDirectoryName(table) ?? "", file);
                if (Score(path, budget, streams.Error) is not { } score)
                {
                    bad = true;
                    undecided++;
                    streams.Output.WriteLine($"{file}\tunreadable\t{expected}\t\t");
                    continue;
                }

                var verdict = HistoryFile.Name(score.Verdict);
                var figures = string.Create(
                    CultureInfo.InvariantCulture, $"{score.MedianMs:0.000}\t{score.PeakMiB:0.0}");
                streams.Output.WriteLine($"{file}\t{verdict}\t{expected}\t{figures}");
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

    private static (Verdict Verdict, double MedianMs, double PeakMiB)? Score(
        string path, Budget budget, TextWriter error)
    {
        PeakMemory.Reset();
        if (HistoryFile.Open(path, error) is not { } history)
            return null;
        var times = new double[Runs];
        var verdict = Verdict.Unknown;
        for (var run = 0; run < Runs; run++)
        {
            var watch = Stopwatch.StartNew();
            verdict = history.Check(budget).Verdict;
            times[run] = watch.Elapsed.TotalMilliseconds;
            if (verdict == Verdict.Unknown)
                return (verdict, times[run], PeakMemory.MiB());
        }

        Array.Sort(times);
        return (verdict, times[Runs / 2], PeakMemory.MiB());
    }
}
