using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RaftKv.Sim.Commands;

/// <summary><c>sweep</c>: many seeds, one verdict.</summary>
internal static class SweepCommand
{
    private const ulong DefaultSeeds = 1000;

    public static Command Create()
    {
        var seeds = new Option<string?>("--seeds")
        {
            Description = $"The seeds to run, A..B. Default 1..{DefaultSeeds}; "
                + "with --time-limit alone, from 1 until the time is up.",
            HelpName = "A..B",
        };
        var jobs = new Option<int>("--jobs")
        {
            Description = "Worlds to run at once. Default: the number of processors.",
            HelpName = "N",
            DefaultValueFactory = _ => Environment.ProcessorCount,
            CustomParser = NumberOption.Parser("--jobs", 1, 256),
        };
        var timeLimit = new Option<double>("--time-limit")
        {
            Description = "Start no further seed after so many seconds.",
            HelpName = "SECONDS",
            CustomParser = NumberOption.Parser("--time-limit", 0.001, 1e6, "a number of seconds"),
        };
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        seeds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SeedRange.TryParse(text, out _))
                result.AddError($"--seeds: '{text}' is not of the form A..B with A at most B.");
        });

        var command = new Command("sweep", "Run many seeded fault schedules and give a verdict.")
        {
            seeds, jobs, timeLimit, json,
        };
        command.SetAction(parsed =>
        {
            SeedRange? range = parsed.GetValue(seeds) is { } text && SeedRange.TryParse(text, out var given)
                ? given
                : null;
            TimeSpan? limit = parsed.GetResult(timeLimit) is null
                ? null
                : TimeSpan.FromSeconds(parsed.GetValue(timeLimit));
            if (range is null && limit is null)
                range = new SeedRange(1, DefaultSeeds);
            var sweep = new Sweep(range, parsed.GetValue(jobs), limit ?? TimeSpan.MaxValue);
            return Run(sweep, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static int Run(Sweep sweep, bool json, TextWriter output)
    {
        // The seeds that run are finished, which takes a moment; a second Ctrl+C does not wait for them.
        void Interrupt(PosixSignalContext signal) => signal.Cancel = sweep.Stop();
        using (PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt))
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt))
            sweep.Run(Console.IsOutputRedirected ? null : ShowProgress);
        if (!Console.IsOutputRedirected)
            Console.Write("\r\u001b[K");
        var report = new SweepReport(sweep);
        foreach (var result in sweep.NotPassed)
        {
            output.WriteLine($"seed {result.Seed} {result.Verdict.ToString().ToLowerInvariant()}: {result.Violation}");
            output.WriteLine($"  {result.ReplayCommand}");
        }

        output.WriteLine(report.Paragraph);
        if (json)
            output.WriteLine(report.Json);
        return report.Verdict switch
        {
            SeedVerdict.Passed => ExitCode.Good,
            SeedVerdict.Failed => ExitCode.Violation,
            _ => ExitCode.Undecided,
        };
    }

    private static void ShowProgress(Sweep sweep) =>
        Console.Write(string.Create(CultureInfo.InvariantCulture,
            $"\r{SweepReport.Count(sweep.Finished, "seed")}, {sweep.Failed} failed, "
            + $"{sweep.SimulatedTime.TotalSeconds:F0} simulated seconds, {sweep.Wall.TotalSeconds:F0} s\u001b[K"));
}
