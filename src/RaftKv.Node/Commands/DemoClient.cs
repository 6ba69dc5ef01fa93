using System.Diagnostics;
using System.Globalization;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary>One of those who put and get a key in turn, whatever happens to the leader.</summary>
/// <param name="clerk">Its Clerk.</param>
/// <param name="observer">What that Clerk meets with.</param>
/// <param name="output">Where it says what it does.</param>
/// <param name="key">The key.</param>
/// <param name="name">What its values begin with; <see langword="null"/>: nobody else writes the key.</param>
internal sealed class DemoClient(
    Clerk clerk, DemoObserver observer, TextWriter output, string key, string? name) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Puts that were answered, and the get after each of them.</summary>
    public long Rounds { get; private set; }

    /// <summary>The longest that an answer took.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>What the operation under way has met with.</summary>
    public string? Problems => observer.Problems;

    /// <summary>Puts and gets <paramref name="count"/> numbers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="answered">Told of each answer to a put.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether all was as it must be.</returns>
    public async Task<bool> RunAsync(long count, Action answered, CancellationToken stop)
    {
        for (var number = 1L; number <= count; number++)
        {
            var value = name + number.ToString(CultureInfo.InvariantCulture);
            var put = await PatientlyAsync(clerk.PutAsync(key, value, stop).AsTask());
            answered();
            var reading = clerk.GetStringAsync(key, stop).AsTask();
            var get = await PatientlyAsync(reading);
            var got = await reading;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"put {key} {value} ({put.TotalMilliseconds:0.0} ms), "
                + $"get {key} = {got} ({get.TotalMilliseconds:0.0} ms)"));
            if (name is null && got != value)
            {
                await output.WriteLineAsync($"violation: {key} is {got} although {value} was put last");
                return false;
            }

            Rounds++;
            await Task.Delay(_pause, stop);
        }

        return true;
    }

    public ValueTask DisposeAsync() => clerk.DisposeAsync();

    /// <summary>Waits, and says once, and again when it changes, what the wait is about.</summary>
    /// <returns>How long it took.</returns>
    private async Task<TimeSpan> PatientlyAsync(Task operation)
    {
        var began = Stopwatch.GetTimestamp();
        var told = "";
        while (await Task.WhenAny(operation, Task.Delay(_patience)) != operation)
        {
            if (Problems is not { } problems || problems == told)
                continue;
            told = problems;
            await output.WriteLineAsync($"no answer yet, trying on. {problems}");
        }

        await operation;
        var took = Stopwatch.GetElapsedTime(began);
        Longest = took > Longest ? took : Longest;
        return took;
    }
}
