using System.Globalization;
using System.Text.Json;

namespace RaftKv.Sim.Commands;

/// <summary>What a sweep came to, in a paragraph and in a line of JSON.</summary>
internal sealed class SweepReport(Sweep sweep)
{
    /// <summary>Undecided also when seeds that were asked for have not run.</summary>
    public SeedVerdict Verdict { get; } = sweep switch
    {
        { Failed: > 0 } => SeedVerdict.Failed,
        { Undecided: > 0 } or { Unrun: > 0 } or { IsInterrupted: true } => SeedVerdict.Undecided,
        _ => SeedVerdict.Passed,
    };

    /// <summary>For people.</summary>
    public string Paragraph
    {
        get
        {
            var cpu = Math.Max(sweep.Cpu.TotalSeconds, 1e-9);
            return string.Create(CultureInfo.InvariantCulture,
                $"{Outcome} {(sweep.Finished == 1 ? "It" : "They")} simulated "
                + $"{sweep.SimulatedTime.TotalSeconds:F0} s with {Count(sweep.Operations, "operation")} "
                + $"({sweep.UnknownOperations} of unknown outcome), "
                + $"{Count(sweep.Elections, "election")} and {Count(sweep.Events, "event")}, "
                + $"in {sweep.Wall.TotalSeconds:F1} s of wall time and {cpu:F1} s of CPU: "
                + $"{Count(Math.Round(sweep.SimulatedTime.TotalSeconds / cpu), "simulated second")} and "
                + $"{Count(Math.Round(sweep.Finished / cpu), "schedule")} per CPU-second. "
                + $"Digest {sweep.Digest:x32}.");
        }
    }

    /// <summary>For programs.</summary>
    public string Json => JsonSerializer.Serialize(new
    {
        verdict = Verdict.ToString().ToLowerInvariant(),
        seeds = sweep.Finished,
        failed = sweep.Failed,
        undecided = sweep.Undecided,
        unrun = sweep.Unrun,
        operations = sweep.Operations,
        events = sweep.Events,
        simSeconds = Math.Round(sweep.SimulatedTime.TotalSeconds, 3),
        cpuSeconds = Math.Round(sweep.Cpu.TotalSeconds, 3),
        wallSeconds = Math.Round(sweep.Wall.TotalSeconds, 3),
        hash = sweep.Digest.ToString("x32", CultureInfo.InvariantCulture),
    });

    private string Outcome => sweep switch
    {
        { Failed: > 0 } =>
            $"FAILED: {sweep.Failed} of {Count(sweep.Finished, "seed")} {Verb(sweep.Failed, "violate")} a property.",
        { Undecided: > 0 } =>
            $"UNDECIDED: {Count(sweep.Undecided, "history")} of {sweep.Finished} {Verb(sweep.Undecided, "exceed")} "
            + "the checker's budget.",
        { IsInterrupted: true } =>
            $"UNDECIDED: interrupted; {Count(sweep.Unrun, "seed")} unrun, the {sweep.Finished} that ran passed.",
        { Unrun: > 0 } =>
            $"UNDECIDED: the time limit left {Count(sweep.Unrun, "seed")} unrun; the {sweep.Finished} that ran passed.",
        _ => $"PASSED: {Count(sweep.Finished, "seed")}, no property violated.",
    };

    private static string Verb(int number, string verb) => number == 1 ? $"{verb}s" : verb;

    /// <summary><c>1 seed</c>, <c>2 seeds</c>, <c>2 histories</c>.</summary>
    public static string Count<T>(T number, string noun)
        where T : IFormattable
    {
        var text = number.ToString(null, CultureInfo.InvariantCulture);
        var plural = noun.EndsWith('y') ? $"{noun[..^1]}ies" : $"{noun}s";
        return $"{text} {(text == "1" ? noun : plural)}";
    }
}
