using System.CommandLine;
using System.Globalization;
using System.Text.Json;

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
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var timeLimit = new Option<double?>("--time-limit")
        {
            Description = "Start no further seed after so many seconds.",
            HelpName = "SECONDS",
        };
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        seeds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SeedRange.TryParse(text, out _))
                result.AddError($"--seeds: '{text}' is not of the form A..B with A at most B.");
        });
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 256)
                result.AddError("--jobs must be from 1 to 256.");
        });
        timeLimit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is <= 0 or > 1e6 or double.NaN)
                result.AddError("--time-limit must be a positive number of seconds.");
        });

        var command = new Command("sweep", "Run many seeded fault schedules and give a verdict.")
        {
            seeds, jobs, timeLimit, json,
        };
        command.SetAction(parsed =>
        {
            var range = parsed.GetValue(seeds) is { } text && SeedRange.TryParse(text, out var given)
                ? given
                : new SeedRange(1, parsed.GetValue(timeLimit) is null ? DefaultSeeds : ulong.MaxValue - 1);
            var limit = parsed.GetValue(timeLimit) is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
            var unbounded = parsed.GetValue(seeds) is null && parsed.GetValue(timeLimit) is not null;
            return Run(new Sweep(range, parsed.GetValue(jobs), limit), unbounded, parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(Sweep sweep, bool unbounded, bool json)
    {
        sweep.Run(Console.IsOutputRedirected ? null : ShowProgress);
        if (!Console.IsOutputRedirected)
            Console.Write("\r\u001b[K");
        foreach (var result in sweep.NotPassed)
        {
            Console.WriteLine($"seed {result.Seed} {result.Verdict.ToString().ToLowerInvariant()}: {result.Violation}");
            Console.WriteLine($"  {result.ReplayCommand}");
        }

        Console.WriteLine(Verdict(sweep, unbounded));
        if (json)
            Console.WriteLine(Json(sweep));
        if (sweep.Failed > 0)
            return ExitCode.Violation;
        return sweep.Undecided > 0 || (sweep.CutShort && !unbounded) ? ExitCode.Undecided : ExitCode.Good;
    }

    private static void ShowProgress(Sweep sweep) =>
        Console.Write(string.Create(CultureInfo.InvariantCulture,
            $"\r{sweep.Finished} seeds, {sweep.Failed} failed, "
            + $"{sweep.SimulatedTime.TotalSeconds:F0} simulated seconds, {sweep.Wall.TotalSeconds:F0} s\u001b[K"));

    private static string Verdict(Sweep sweep, bool unbounded)
    {
        var cpu = Math.Max(sweep.Cpu.TotalSeconds, 1e-9);
        var outcome = sweep switch
        {
            { Failed: > 0 } => $"FAILED: {sweep.Failed} of {sweep.Finished} seeds violate a property.",
            { Undecided: > 0 } =>
                $"UNDECIDED: {sweep.Undecided} of {sweep.Finished} histories exceed the checker's budget.",
            { CutShort: true } when !unbounded =>
                $"UNDECIDED: the time limit left seeds unrun; the {sweep.Finished} that ran passed.",
            _ => $"PASSED: {sweep.Finished} seeds, no property violated.",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"{outcome} They simulated {sweep.SimulatedTime.TotalSeconds:F0} s with {sweep.Operations} operations "
            + $"({sweep.UnknownOperations} of unknown outcome), {sweep.Elections} elections and {sweep.Events} events, "
            + $"in {sweep.Wall.TotalSeconds:F1} s of wall time and {cpu:F1} s of CPU: "
            + $"{sweep.SimulatedTime.TotalSeconds / cpu:F0} simulated seconds and {sweep.Finished / cpu:F0} schedules "
            + $"per CPU-second. Digest {sweep.Digest:x32}.");
    }

    private static string Json(Sweep sweep) => JsonSerializer.Serialize(new
    {
        seeds = sweep.Finished,
        failed = sweep.Failed,
        undecided = sweep.Undecided,
        operations = sweep.Operations,
        events = sweep.Events,
        simSeconds = Math.Round(sweep.SimulatedTime.TotalSeconds, 3),
        cpuSeconds = Math.Round(sweep.Cpu.TotalSeconds, 3),
        wallSeconds = Math.Round(sweep.Wall.TotalSeconds, 3),
        hash = sweep.Digest.ToString("x32", CultureInfo.InvariantCulture),
    });
}
