using Microsoft.Extensions.Logging.Abstractions;
using RaftKv.Client;
using Xunit;

namespace RaftKv.Scenarios.Node;

public sealed class ClientPlatformTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_is_disposed_once_however_many_threads_ask()
    {
        var platform = new ClientPlatform(NullLoggerFactory.Instance);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => platform.DisposeAsync().AsTask())))
            .WaitAsync(_limit);
        await platform.DisposeAsync().AsTask().WaitAsync(_limit);
        Assert.True(platform.Platform.Loop.IsStopped);
    }
}
