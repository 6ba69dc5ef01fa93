using RaftKv.Client;
using RaftKv.KeyValue;
using RaftKv.Scenarios.Labs;

namespace RaftKv.Scenarios.Ours;

/// <summary>Clients that use the store all the time, while a scenario does something to the servers.</summary>
internal sealed class Traffic
{
    private const int Keys = 3;
    private static readonly TimeSpan _pauseMost = TimeSpan.FromMilliseconds(100);

    private readonly KvLab _lab;
    private readonly KvJob[] _jobs;
    private readonly ReadOptions _reads;
    private bool _isStopped;

    public Traffic(KvLab lab, int clients, ReadOptions? reads = null)
    {
        (_lab, _reads) = (lab, reads ?? ReadOptions.Default);
        _jobs = [.. Enumerable.Range(0, clients).Select(_ => lab.NewClient()).Select(Begin)];
    }

    /// <summary>Operations done.</summary>
    public int Count { get; private set; }

    /// <summary>Waits until something that was begun from now on is done.</summary>
    public void AwaitProgress(TimeSpan limit)
    {
        var enough = Count + _jobs.Length + 1;
        _lab.Await("progress of the clients", () => Count >= enough, limit);
    }

    /// <summary>Lets the clients finish.</summary>
    public void Stop()
    {
        _isStopped = true;
        _lab.Await("the clients' last operation", () => _jobs.All(job => job.IsDone), TimeSpan.FromSeconds(30));
    }

    private KvJob Begin(KvClient client) => client.Begin(async () =>
    {
        while (!_isStopped)
        {
            await Task.Delay(_lab.Choose.Between("pause", TimeSpan.Zero, _pauseMost), client.Time);
            await UseAsync(client, $"k{_lab.Random(Keys)}");
            Count++;
        }
    });

    private async Task UseAsync(KvClient client, string key)
    {
        switch (_lab.Random(4))
        {
            case 0:
                await client.Clerk.PutAsync(key, _lab.FreshValue());
                break;
            case 1:
                await client.Clerk.CompareAndSwapAsync(
                    key, await client.Clerk.GetStringAsync(key), _lab.FreshValue());
                break;
            default:
                await client.Clerk.ReadAsync(KvRequest.Get(key), _reads);
                break;
        }
    }
}
