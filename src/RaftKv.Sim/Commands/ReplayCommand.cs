using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Commands;

/// <summary><c>replay</c>: one seed again, looked at closely.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var seed = new Argument<ulong>("SEED")
        {
            Description = "The seed to run.",
            CustomParser = NumberOption.Parser("SEED", ulong.MinValue, ulong.MaxValue),
        };
        var trace = new Option<bool>("--trace") { Description = "Print one line for each event, after a legend." };
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        var command = new Command("replay", "Run one seed again.") { seed, trace, json };
        command.SetAction(parsed =>
        {
            using var escapes = new EscapeDetector();
            var result = Simulation.Run(
                parsed.GetValue(seed), parsed.GetValue(trace) ? Console.Out : null, escapes: escapes);
            Console.WriteLine($"seed {result.Seed} {result.Verdict.ToString().ToLowerInvariant()}"
                + (result.Violation is null ? "" : $": {result.Violation}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{result.SimulatedTime.TotalSeconds:F3} simulated seconds, {result.Events} events, "
                + $"{result.Messages} messages, {result.Operations} operations "
                + $"({result.UnknownOperations} of unknown outcome), {result.Elections} elections"));
            Console.WriteLine($"trace hash {result.TraceHash:x32}");
            if (parsed.GetValue(json))
                Console.WriteLine(Json(result));
            return result.Verdict switch
            {
                SeedVerdict.Passed => ExitCode.Good,
                SeedVerdict.Failed => ExitCode.Violation,
                _ => ExitCode.Undecided,
            };
        });
        return command;
    }

    private static string Json(SeedResult result) => JsonSerializer.Serialize(new
    {
        seed = result.Seed,
        verdict = result.Verdict.ToString().ToLowerInvariant(),
        violation = result.Violation,
        events = result.Events,
        messages = result.Messages,
        operations = result.Operations,
        unknownOperations = result.UnknownOperations,
        elections = result.Elections,
        simSeconds = Math.Round(result.SimulatedTime.TotalSeconds, 3),
        hash = result.TraceHash.ToString("x32", CultureInfo.InvariantCulture),
    });
}
