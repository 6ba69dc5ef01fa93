using System.Globalization;
using System.Text;
using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Sim.World;

namespace RaftKv.Sim.Workload;

/// <summary>
/// One user of the store: thinks, asks for something through its Clerk, sometimes loses patience. Every written value
/// is unique, so that a read names the write it saw; what is expected is what was seen last, often there still.
/// </summary>
internal sealed class ClerkWorkload(
    SeedConfiguration configuration, IDecisions choose, Clerk clerk, SimCluster cluster, TimeProvider time,
    int client)
{
    private const int LongValueBytes = 1200;

    private readonly ReadWorkload _reads = new(configuration, choose, clerk, time, cluster);
    private readonly string[] _names = [.. Enumerable.Range(0, configuration.Keys).Select(key => $"k{key}")];
    private readonly ReadOnlyMemory<byte>?[] _seen = new ReadOnlyMemory<byte>?[configuration.Keys];
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
        var mix = configuration.Mix;
        var key = choose.Choose("key", configuration.Keys);
        var kind = choose.Choose("operation", 100);
        if ((kind -= mix.Gets) < 0)
            _seen[key] = (await _reads.ReadAsync(key, Name(key), cancellationToken)).Value;
        else if ((kind -= mix.Appends) < 0)
            await clerk.AppendAsync(Name(key), NextValue(), cancellationToken);
        else if ((kind -= mix.Deletes) < 0)
            await clerk.DeleteAsync(Name(key), cancellationToken);
        else if ((kind -= mix.Swaps) < 0)
            await SwapAsync(key, cancellationToken);
        else if ((kind -= mix.Scans) < 0)
            await ScanAsync(key, cancellationToken);
        else if (kind - mix.Transactions < 0)
            await clerk.TransactAsync(Transaction(key), cancellationToken);
        else
            await clerk.PutAsync(Name(key), NextValue(PutWidth()), cancellationToken);
    }

    private async Task SwapAsync(int key, CancellationToken cancellationToken)
    {
        var value = NextValue();
        var swap = await clerk.CompareAndSwapAsync(Name(key), _seen[key], value, cancellationToken);
        _seen[key] = swap.Swapped ? value : swap.Present;
    }

    private async Task ScanAsync(int key, CancellationToken cancellationToken)
    {
        var range = new KvScan { Prefix = "k", From = Name(key), Limit = choose.Choose("scan limit", 4) };
        if (choose.Choose("scan end", 2) == 1)
            range = range with { To = Name(configuration.Keys - 1) };
        var page = await clerk.ScanAsync(range, cancellationToken);
        if (page.Next is { } next)
            await clerk.ScanAsync(range with { From = next }, cancellationToken);
    }

    private KvTransaction Transaction(int key)
    {
        var other = choose.Choose("other key", configuration.Keys);
        return new KvTransaction(
            [new KvCompare(Name(key), _seen[key])],
            [KvRequest.Put(Name(key), NextValue()), KvRequest.Append(Name(other), NextValue()),
                KvRequest.Get(Name(key))],
            choose.Choose("else", 3) switch
            {
                0 => [KvRequest.Get(Name(key)), KvRequest.Get(Name(other))],
                1 => [KvRequest.Delete(Name(other)), KvRequest.Get(Name(key))],
                _ => [],
            });
    }

    private string Name(int key) => _names[key];

    private ReadOnlyMemory<byte> NextValue(int width = 0) =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{client}.{++_lastValue}").PadRight(width) + " ");

    /// <summary>Sometimes of several sectors of a disk, which are lost one by one.</summary>
    private int PutWidth() =>
        configuration.LongValuePercent > 0 && choose.Choose("long", 100) < configuration.LongValuePercent
            ? LongValueBytes : 0;
}
