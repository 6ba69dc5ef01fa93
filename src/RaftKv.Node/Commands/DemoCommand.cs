using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary><c>client demo</c>: puts a number, gets it back, and so on, whatever happens to the leader.</summary>
internal sealed class DemoCommand(Clerk clerk, DemoObserver observer, TextWriter output)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    private long _writes;
    private TimeSpan _longest;

    public static Command Create(ClientOptions options)
    {
        var count = NumberOption.CreateOptional(
            "--count", "How many numbers; without it, until Ctrl+C.", 1, int.MaxValue);
        var command = new Command("demo", "Put and get numbers in a loop. Kill the leader meanwhile.") { count };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var observer = new DemoObserver();
            // For the first answer; for the others the demo waits for ever.
            var patience = TimeSpan.FromSeconds(parsed.GetValue(options.Timeout));
            await using var clerk = options.Connect(parsed, clerkOptions => clerkOptions with
            {
                OperationTimeout = Timeout.InfiniteTimeSpan,
                Observer = observer,
            });
            var demo = new DemoCommand(clerk, observer, parsed.InvocationConfiguration.Output);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var exitCode = ExitCode.Good;
            try
            {
                stop.CancelAfter(patience);
                exitCode = await demo.RunAsync(parsed.GetValue(count) ?? long.MaxValue, stop);
            }
            catch (Exception exception) when (
                exception is OperationCanceledException
                    or ClerkOutcomeUnknownException { InnerException: OperationCanceledException })
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync(
                        $"No answer in {patience.TotalSeconds} s. {observer.Problems}. "
                        + "Does a cluster run there? --endpoints names other addresses.");
                    return ExitCode.Failed;
                }
            }

            await demo.SumUpAsync();
            return exitCode;
        });
        return command;
    }

    private async Task<int> RunAsync(long count, CancellationTokenSource stop)
    {
        // Nobody else writes this key, so what was put is what must be got.
        var key = $"demo-{Environment.ProcessId}";
        for (var number = 1L; number <= count; number++)
        {
            var value = number.ToString(CultureInfo.InvariantCulture);
            var put = await PatientlyAsync(clerk.PutAsync(key, value, stop.Token).AsTask());
            stop.CancelAfter(Timeout.InfiniteTimeSpan);
            _writes++;
            var reading = clerk.GetStringAsync(key, stop.Token).AsTask();
            var get = await PatientlyAsync(reading);
            var got = await reading;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"put {key} {value} ({put.TotalMilliseconds:0.0} ms), "
                + $"get {key} = {got} ({get.TotalMilliseconds:0.0} ms)"));
            if (got != value)
            {
                await output.WriteLineAsync($"violation: {key} is {got} although {value} was put last");
                return ExitCode.Failed;
            }

            await Task.Delay(_pause, stop.Token);
        }

        return ExitCode.Good;
    }

    /// <summary>Waits, and says once, and again when it changes, what the wait is about.</summary>
    /// <returns>How long it took.</returns>
    private async Task<TimeSpan> PatientlyAsync(Task operation)
    {
        var began = Stopwatch.GetTimestamp();
        var told = "";
        while (await Task.WhenAny(operation, Task.Delay(_patience)) != operation)
        {
            if (observer.Problems is not { } problems || problems == told)
                continue;
            told = problems;
            await output.WriteLineAsync($"no answer yet, trying on. {problems}");
        }

        await operation;
        var took = Stopwatch.GetElapsedTime(began);
        _longest = took > _longest ? took : _longest;
        return took;
    }

    private Task SumUpAsync() => output.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"{_writes} writes, each read back; the longest wait was {_longest.TotalMilliseconds:0} ms"));
}
