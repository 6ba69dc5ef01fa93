using Microsoft.Extensions.DependencyInjection;
using RaftKv.Client;
using RaftKv.Platform;
using Xunit;

namespace RaftKv.Scenarios.Client;

public sealed class ClerkOptionsTests
{
    private static readonly ClerkOptions _good = new() { Endpoints = ["a", "b"], ClusterId = "test" };

    public static TheoryData<string, ClerkOptions> Bad => new()
    {
        { "Endpoints", _good with { Endpoints = [] } },
        { "Endpoints", _good with { Endpoints = ["a", " "] } },
        { "Endpoints", _good with { Endpoints = ["a", "a"] } },
        { "ClusterId", _good with { ClusterId = "" } },
        { "AttemptTimeout", _good with { AttemptTimeout = TimeSpan.Zero } },
        { "OperationTimeout", _good with { OperationTimeout = TimeSpan.FromSeconds(-2) } },
        { "MinBackoff", _good with { MinBackoff = TimeSpan.Zero } },
        { "MaxBackoff", _good with { MaxBackoff = TimeSpan.FromMilliseconds(1) } },
        { "MaxBackoff", _good with { MaxBackoff = TimeSpan.FromMinutes(2) } },
        { "MaxPendingPerSession", _good with { MaxPendingPerSession = 0 } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void An_option_out_of_range_is_refused_by_name(string option, ClerkOptions options) =>
        Assert.Equal(option, Assert.Throws<ArgumentException>(options.Validate).ParamName);

    [Fact]
    public void No_limit_on_an_operation_is_allowed() =>
        (_good with { OperationTimeout = Timeout.InfiniteTimeSpan }).Validate();

    [Fact]
    public async Task A_container_makes_one_clerk_and_disposes_it()
    {
        using var world = new ClerkWorld();
        var platform = new NodePlatform(world.Loop, world.Time, null!, null!, world.Entropy, null!);
        var provider = new ServiceCollection().AddRaftKvClerk(_ => platform, _good).BuildServiceProvider();
        var clerk = provider.GetRequiredService<Clerk>();
        Assert.Same(clerk, provider.GetRequiredService<Clerk>());

        await provider.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await clerk.GetAsync("k"));
    }
}
