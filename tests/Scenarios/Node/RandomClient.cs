using RaftKv.Client;

namespace RaftKv.Scenarios.Node;

/// <summary>A Clerk that reads and writes a few keys at random, one operation at a time.</summary>
internal sealed class RandomClient(int id, string endpoints, RecordedHistory history) : IDisposable
{
    private const int Keys = 4;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);
    private readonly Random _random = new(id);
    private volatile CancellationTokenSource _operation = new();

    /// <summary>Cancels the operation that is under way.</summary>
    public void GiveUp() => _operation.Cancel();

    public void Dispose() => _operation.Dispose();

    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        await using var clerk = RaftKvClient.Connect(RaftKvClient.Options(endpoints) with
        {
            OperationTimeout = Timeout.InfiniteTimeSpan,
            Observer = history.Observer(id),
        });
        for (var number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            try
            {
                await OperateAsync(clerk, $"key{_random.Next(Keys)}", $"{id}.{number} ");
                await Task.Delay(_pause, CancellationToken.None);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ClerkOutcomeUnknownException)
            {
                // The history has it.
                _operation.Dispose();
                _operation = new();
            }
        }
    }

    private async Task OperateAsync(Clerk clerk, string key, string value)
    {
        switch (_random.Next(4))
        {
            case 0:
                await clerk.PutAsync(key, value, _operation.Token);
                break;
            case 1:
                await clerk.AppendAsync(key, value, _operation.Token);
                break;
            default:
                await clerk.GetAsync(key, _operation.Token);
                break;
        }
    }
}
