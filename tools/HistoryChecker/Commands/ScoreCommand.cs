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
        var online = new Option<bool>("--online")
        {
            Description = "checks the events one by one, too: columns for the verdict and events a second",
        };
        var cpu = new Option<bool>("--cpu")
        {
            Description = "tells the processor's time, for a machine that has other things to do",
        };
        var budget = new BudgetOptions(isBounded: true);
        var command = new Command(
            "score", $"Compares verdicts with expected ones; times are the median of {Runs} checks, reading excluded.")
        {
            tables, explain, online, cpu,
        };
        budget.AddTo(command);
        command.SetAction(result => Run(
            result.GetValue(tables)!,
            new Measures(result.GetValue(explain), result.GetValue(online), result.GetValue(cpu)),
            budget.From(result),
            result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] tables, Measures measures, Budget budget, InvocationConfiguration streams)
    {
        int right = 0, wrong = 0, undecided = 0;
        var bad = false;
        var more = (measures.Explains ? "\texplain_ms\tcore" : "")
            + (measures.IsOnline ? "\tonline\tevents_per_s" : "");
        streams.Output.WriteLine($"file\tverdict\texpected\tms\tpeak_mib{more}");
        foreach (var table in tables)
        {
            if (ExpectedVerdicts.Read(table, streams.Error) is not { } rows)
                return ExitCode.BadInput;
            foreach (var (file, expected) in rows)
            {
                var path = Path.Combine(Path.GetDirectoryName(table) ?? "", file);
                if (Score(path, measures, budget, streams.Error) is not { } score)
                {
                    bad = true;
                    undecided++;
                    streams.Output.WriteLine($"{file}\tunreadable\t{expected}\t\t{measures.Nothing}");
                    continue;
                }

                var verdict = HistoryFile.Name(score.Verdict);
                var figures = string.Create(
                    CultureInfo.InvariantCulture, $"{score.MedianMs:0.000}\t{score.PeakMiB:0.0}");
                streams.Output.WriteLine($"{file}\t{verdict}\t{expected}\t{figures}{score.More}");
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

    private static (Verdict Verdict, double MedianMs, double PeakMiB, string More)? Score(
        string path, Measures measures, Budget budget, TextWriter error)
    {
        PeakMemory.Reset();
        if (HistoryFile.Open(path, error) is not { } history)
            return null;
        var (result, medianMs) = measures.Median(
            () => history.Check(budget), result => result.Verdict == Verdict.Unknown);
        var (verdict, peakMiB, more) = (result.Verdict, PeakMemory.MiB(), "");
        if (measures.Explains && verdict == Verdict.Illegal)
        {
            history.Explain(budget);
            var (explanation, ms) = measures.Median(() => history.Explain(budget), explanation => explanation is null);
            more = string.Create(CultureInfo.InvariantCulture, $"\t{ms:0.000}\t{explanation?.Core.Count}");
        }
        else if (measures.Explains)
        {
            more = "\t\t";
        }

        if (measures.IsOnline)
        {
            history.CheckOnline();
            var (online, ms) = measures.Median(history.CheckOnline, _ => false);
            more += string.Create(
                CultureInfo.InvariantCulture, $"\t{HistoryFile.Name(online.Verdict)}\t{1_000 * online.Events / ms:0}");
        }

        return (verdict, medianMs, peakMiB, more);
    }

    /// <summary>What is measured beside the verdict, and by which clock.</summary>
    private sealed record Measures(bool Explains, bool IsOnline, bool IsOfProcessor)
    {
        /// <summary>The columns of a file that cannot be read.</summary>
        public string Nothing => new('\t', (Explains ? 2 : 0) + (IsOnline ? 2 : 0));

        public (T Result, double Ms) Median<T>(Func<T> run, Predicate<T> isLast)
        {
            var times = new List<double>();
            var result = default(T)!;
            while (times.Count < Runs && (times.Count == 0 || !isLast(result)))
            {
                var before = Now();
                result = run();
                times.Add((Now() - before).TotalMilliseconds);
            }

            times.Sort();
            return (result, times[times.Count / 2]);
        }

        private TimeSpan Now() =>
            IsOfProcessor ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0);
    }
}
