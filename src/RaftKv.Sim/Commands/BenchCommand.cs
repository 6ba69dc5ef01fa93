using System.CommandLine;
using System.Globalization;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Commands;

/// <summary>
/// <c>bench</c>: how fast worlds of one fixed shape run on one core with all checks on. Figures are per CPU-second of
/// the measuring thread, because the machines that run it are rarely idle.
/// </summary>
internal static class BenchCommand
{
    private const ulong FirstSeed = 1_000_000;

    public static Command Create()
    {
        var count = new Option<int>("--count")
        {
            Description = "Schedules in each round.",
            HelpName = "N",
            DefaultValueFactory = _ => 100,
            CustomParser = NumberOption.Parser("--count", 1, 1_000_000),
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "Rounds; the first warms up, the median of the others counts.",
            HelpName = "N",
            DefaultValueFactory = _ => 6,
            CustomParser = NumberOption.Parser("--rounds", 2, 1_000_000),
        };
        var harsh = new Option<bool>("--harsh")
        {
            Description = "With everything that seeds of a sweep may have.",
        };
        var command = new Command("bench", "Measure schedules of 5 nodes, 4 clerks and 20 s, on one core.")
        {
            count, rounds, harsh,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(count), parsed.GetValue(rounds),
            parsed.GetValue(harsh) ? SeedConfiguration.HarshBenchmark : SeedConfiguration.Benchmark));
        return command;
    }

    private static int Run(int count, int rounds, Func<IDecisions, SeedConfiguration> shape)
    {
        using var escapes = new EscapeDetector();
        var perSecond = new List<double>();
        Console.WriteLine("round\tschedules/CPU-s\tsim-s/CPU-s\tevents/CPU-s\toperations\tbytes/event\tgen0");
        for (var round = 0; round < rounds; round++)
        {
            var (cpu, bytes, collections) =
                (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0));
            var (simulated, events, operations) = (TimeSpan.Zero, 0L, 0L);
            for (var seed = FirstSeed; seed < FirstSeed + (ulong)count; seed++)
            {
                var result = Simulation.Run(seed, configure: shape, escapes: escapes);
                if (result.Verdict == SeedVerdict.Failed)
                {
                    Console.Error.WriteLine($"seed {seed} failed: {result.Violation}");
                    return ExitCode.Violation;
                }

                simulated += result.SimulatedTime;
                events += result.Events;
                operations += result.Operations;
            }

            var seconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            perSecond.Add(count / seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{round}\t{count / seconds:F1}\t{simulated.TotalSeconds / seconds:F0}\t{events / seconds:F0}\t"
                + $"{operations / count}\t{(GC.GetAllocatedBytesForCurrentThread() - bytes) / events}\t"
                + $"{GC.CollectionCount(0) - collections}"));
        }

        var counted = perSecond.Skip(1).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"median {counted[counted.Length / 2]:F1} schedules per CPU-second"));
        return ExitCode.Good;
    }
}
