using System.Diagnostics;
using RaftKv.Client;

namespace RaftKv.Node.Commands;

/// <summary>
/// Callers that each wait for an answer before they ask again. Every latency is kept, so percentiles are exact.
/// </summary>
internal sealed class ClosedLoop(bool put, int callers, int valueBytes, TimeSpan duration)
{
    private readonly List<long>[] _latencies = [.. Enumerable.Range(0, callers).Select(_ => new List<long>())];
    private readonly byte[] _value = new byte[valueBytes];
    private readonly TimeSpan _warmUp = TimeSpan.FromTicks(Math.Min(duration.Ticks / 4, TimeSpan.TicksPerSecond));
    private long[] _sorted = [];
    private TimeSpan _measured;
    private long _errors;

    /// <summary>Operations that ended without success.</summary>
    public long Errors => _errors;

    /// <summary>Successful operations a second.</summary>
    public double OperationsPerSecond => _sorted.Length / _measured.TotalSeconds;

    /// <summary>The latency that this share of the operations does not exceed, in milliseconds.</summary>
    public double PercentileMs(int percent) => _sorted.Length == 0
        ? double.NaN
        : Stopwatch.GetElapsedTime(0, _sorted[Math.Min(_sorted.Length - 1, _sorted.Length * percent / 100)])
            .TotalMilliseconds;

    /// <summary>Runs the callers, each on a key of its own.</summary>
    public async Task RunAsync(Clerk clerk, CancellationToken cancellationToken)
    {
        Random.Shared.NextBytes(_value);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(
            caller => clerk.PutAsync(Key(caller), _value, cancellationToken).AsTask()));
        await CallAsync(clerk, _warmUp, cancellationToken);
        Array.ForEach(_latencies, latencies => latencies.Clear());
        _errors = 0;
        var began = Stopwatch.GetTimestamp();
        await CallAsync(clerk, duration, cancellationToken);
        _measured = Stopwatch.GetElapsedTime(began);
        _sorted = [.. _latencies.SelectMany(latencies => latencies).Order()];
    }

    private static string Key(int caller) => $"bench-{caller}";

    private Task CallAsync(Clerk clerk, TimeSpan time, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        return Task.WhenAll(Enumerable.Range(0, callers).Select(
            caller => Task.Run(() => CallUntilAsync(clerk, caller, end, cancellationToken), cancellationToken)));
    }

    private async Task CallUntilAsync(Clerk clerk, int caller, long end, CancellationToken cancellationToken)
    {
        var key = Key(caller);
        for (long began; (began = Stopwatch.GetTimestamp()) < end;)
        {
            try
            {
                if (put)
                    await clerk.PutAsync(key, _value, cancellationToken);
                else
                    await clerk.GetAsync(key, cancellationToken);
                _latencies[caller].Add(Stopwatch.GetTimestamp() - began);
            }
            catch (ClerkException)
            {
                Interlocked.Increment(ref _errors);
            }
        }
    }
}
