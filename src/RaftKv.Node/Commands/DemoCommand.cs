using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary><c>client demo</c>: puts a number, gets it back, and so on, whatever happens to the leader.</summary>
internal sealed class DemoCommand(Clerk clerk, TextWriter output)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    public static Command Create(ClientOptions options)
    {
        var count = new Option<long>("--count")
        {
            Description = "How many numbers; without it, until Ctrl+C.",
            HelpName = "N",
            DefaultValueFactory = _ => long.MaxValue,
        };
        var command = new Command("demo", "Put and get numbers in a loop. Kill the leader meanwhile.") { count };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var clerk = options.Connect(parsed, Timeout.InfiniteTimeSpan);
            var demo = new DemoCommand(clerk, parsed.InvocationConfiguration.Output);
            try
            {
                return await demo.RunAsync(parsed.GetValue(count), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Good;
            }
            catch (ClerkOutcomeUnknownException exception) when (exception.InnerException is OperationCanceledException)
            {
                return ExitCode.Good;
            }
        });
        return command;
    }

    private async Task<int> RunAsync(long count, CancellationToken cancellationToken)
    {
        // Nobody else writes this key, so what was put is what must be got.
        var key = $"demo-{Environment.ProcessId}";
        for (var number = 1L; number <= count; number++)
        {
            var value = number.ToString(CultureInfo.InvariantCulture);
            var began = Stopwatch.GetTimestamp();
            await PatientlyAsync(clerk.PutAsync(key, value, cancellationToken).AsTask());
            var putMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var reading = clerk.GetStringAsync(key, cancellationToken).AsTask();
            await PatientlyAsync(reading);
            var getMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds - putMs;
            var got = await reading;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"put {key} {value} ({putMs:0.0} ms), get {key} = {got} ({getMs:0.0} ms)"));
            if (got != value)
            {
                await output.WriteLineAsync($"violation: {key} is {got} although {value} was put last");
                return ExitCode.Failed;
            }

            await Task.Delay(_pause, cancellationToken);
        }

        return ExitCode.Good;
    }

    private async Task PatientlyAsync(Task operation)
    {
        while (await Task.WhenAny(operation, Task.Delay(_patience)) != operation)
            await output.WriteLineAsync("no answer yet; trying until there is a leader again ...");
        await operation;
    }
}
