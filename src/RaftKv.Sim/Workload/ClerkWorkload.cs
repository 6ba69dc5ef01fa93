using System.Globalization;
using RaftKv.Client;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>
/// One user of the store: thinks, asks for something through its Clerk, sometimes loses patience. Every written value
/// is
/// unique, so that a read names the write it saw.
/// </summary>
internal sealed class ClerkWorkload(
    SeedConfiguration configuration, IDecisions choose, Clerk clerk, TimeProvider time, int client)
{
    private int _lastValue;

    /// <summary>Operations begun.</summary>
    public int Operations { get; private set; }

    /// <summary>Whether the user has finished its last operation.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Asks until <paramref name="end"/> (a time stamp of the clerk's clock) has passed.</summary>
    public async Task RunAsync(long end)
    {
        while (time.GetTimestamp() < end)
        {
            await Task.Delay(choose.Exponential("think", configuration.ThinkTime), time);
            var patience = choose.Choose("patience", 8) == 7
                ? choose.Between("patience", TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1))
                : TimeSpan.FromSeconds(60);
            using var cancellation = new CancellationTokenSource(patience, time);
            Operations++;
            try
            {
                await AskAsync(cancellation.Token);
            }
            catch (Exception failure) when (failure is ClerkException or OperationCanceledException)
            {
                // The observer has recorded what is known of the outcome.
            }
        }

        IsDone = true;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var key = "k" + choose.Choose("key", configuration.Keys).ToString(CultureInfo.InvariantCulture);
        var kind = choose.Choose("operation", 100);
        if (kind < configuration.GetPercent)
            await clerk.GetAsync(key, cancellationToken);
        else if (kind < configuration.GetPercent + configuration.AppendPercent)
            await clerk.AppendAsync(key, NextValue(), cancellationToken);
        else
            await clerk.PutAsync(key, NextValue(), cancellationToken);
    }

    private string NextValue() => string.Create(CultureInfo.InvariantCulture, $"{client}.{++_lastValue} ");
}
