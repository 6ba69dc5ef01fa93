using System.CommandLine;
using System.Globalization;
using System.Runtime.ExceptionServices;
using RaftKv.Client;
using RaftKv.Node.Hosting;

namespace RaftKv.Node.Commands;

/// <summary><c>client demo</c>: puts numbers, gets them back, and so on, whatever happens to the leader.</summary>
internal static class DemoCommand
{
    public static Command Create(ClientOptions options)
    {
        var count = NumberOption.CreateOptional(
            "--count", "How many numbers; without it, until Ctrl+C.", 1, int.MaxValue);
        var clients = NumberOption.Create("--clients", "How many do so at a time, all with one key.", 1, 1, 100);
        var history = new Option<string?>("--history")
        {
            Description = "Write there at the end what was called and answered, for `HistoryChecker check FILE`.",
            HelpName = "FILE",
        };
        var command = new Command("demo", "Put and get numbers in a loop. Kill the leader meanwhile.")
        {
            count, clients, history,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var file = parsed.GetValue(history) is { } path ? Open(path) : null;
            var recorded = file is null ? null : new ClerkHistory();
            var output = TextWriter.Synchronized(parsed.InvocationConfiguration.Output);
            // A key that nothing else writes: alone, a client must get what it has put.
            var key = $"demo-{Environment.ProcessId}";
            var alone = parsed.GetValue(clients) == 1;
            var some = new List<DemoClient>();
            try
            {
                for (var client = 1; client <= parsed.GetValue(clients); client++)
                {
                    var observer = new DemoObserver(recorded?.Observer(client));
                    var clerk = options.Connect(parsed, clerkOptions => clerkOptions with
                    {
                        OperationTimeout = Timeout.InfiniteTimeSpan,
                        Observer = observer,
                    });
                    some.Add(new DemoClient(clerk, observer, output, key, alone ? null : $"{client}."));
                }

                // For the first answer; for the others the demo waits for ever.
                var patience = TimeSpan.FromSeconds(parsed.GetValue(options.Timeout));
                return await RunAsync(
                    some, parsed.GetValue(count) ?? long.MaxValue, patience, output,
                    parsed.InvocationConfiguration.Error, cancellationToken);
            }
            finally
            {
                foreach (var client in some)
                    await client.DisposeAsync();
                if (file is not null)
                    recorded!.WriteTo(file);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(
        List<DemoClient> clients, long count, TimeSpan patience, TextWriter output, TextWriter error,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(patience);
        var isGood = true;
        Exception? failure = null;
        var running = clients.Select(client => client.RunAsync(
            count, () => stop.CancelAfter(Timeout.InfiniteTimeSpan), stop.Token));
        await foreach (var ended in Task.WhenEach(running))
        {
            try
            {
                isGood &= await ended;
            }
            catch (Exception exception) when (
                exception is OperationCanceledException
                    or ClerkOutcomeUnknownException { InnerException: OperationCanceledException }
                && stop.IsCancellationRequested)
            {
                // It was told to end.
            }
            catch (KvRejectedException rejected)
            {
                await error.WriteLineAsync(rejected.Message);
                isGood = false;
            }
#pragma warning disable CA1031 // It is thrown when all have ended.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure ??= exception;
            }

            // One that fails ends the demo for all.
            if (!isGood || failure is not null)
                await stop.CancelAsync();
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        if (isGood && stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync(
                $"No answer in {patience.TotalSeconds} s. {clients[0].Problems}. "
                + "Does this cluster run there? --endpoints names other addresses, --cluster-id another cluster.");
            return ExitCode.Failed;
        }

        var readBack = clients.Count == 1 ? "each read back" : "a read after each";
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{clients.Sum(client => client.Rounds)} writes, {readBack}; the longest wait was "
            + $"{clients.Max(client => client.Longest).TotalMilliseconds:0} ms"));
        return isGood ? ExitCode.Good : ExitCode.Failed;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--history {path}: {failure.Message}");
        }
    }
}
