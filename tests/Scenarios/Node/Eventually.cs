using System.Diagnostics;
using Xunit;

namespace RaftKv.Scenarios.Node;

/// <summary>Waits for what other processes bring about.</summary>
internal static class Eventually
{
    /// <summary>Far more than a machine needs that is busy with other things, too.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    public static Task HoldsAsync(string what, Func<bool> condition) =>
        HoldsAsync(what, () => Task.FromResult(condition()));

    public static async Task HoldsAsync(string what, Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < _limit, $"Waited {_limit} in vain until {what}.");
            await Task.Delay(10);
        }
    }
}
