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
        var verify = new Option<bool>("--verify")
        {
            Description = "check the evidence for each verdict by the definition alone, apart from what found it",
        };
        var command = new Command("check", "Prints the verdict of each file.") { files, verify };
        budget.AddTo(command);
        command.SetAction(result => Run(
            result.GetValue(files)!, budget.From(result), result.GetValue(verify), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] files, Budget budget, bool verify, InvocationConfiguration streams)
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
            var explanation = result.Verdict == Verdict.Illegal ? history.Explain(rest) : null;
            if (explanation is not null)
                streams.Output.WriteLine($"  {explanation.Sentence}");
            if (verify && result.Verdict != Verdict.Unknown)
            {
                var order = result.Verdict == Verdict.Linearizable ? history.Linearize(rest) : null;
                streams.Output.WriteLine($"  {Verified(history, order, explanation)}");
            }

            verdicts.Add(result.Verdict);
        }

        return bad > 0 ? ExitCode.BadInput
            : verdicts.Contains(Verdict.Illegal) ? ExitCode.Illegal
            : verdicts.Contains(Verdict.Unknown) ? ExitCode.Undecided
            : ExitCode.Linearizable;
    }

    /// <exception cref="InvalidOperationException">The evidence is wrong: the checker has a fault.</exception>
    private static string Verified(RecordedHistory history, IReadOnlyList<int>? order, Explanation? explanation)
    {
        if (order is not null)
        {
            return history.VerifyOrder(order) is { } wrong
                ? throw new InvalidOperationException($"the order found is wrong: {wrong}")
                : $"verified: an order of {order.Count} operations explains every answer";
        }

        if (explanation is null)
            return "not verified: the budget ran out";
        var count = explanation.Core.Count;
        return history.VerifyCore(explanation) switch
        {
            true => $"verified: {count} operations cannot all be as recorded",
            false => throw new InvalidOperationException($"the core of {count} operations is wrong"),
            null => $"not verified: too much to try for the {count} operations of the core",
        };
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
