using System.Diagnostics;
using Xunit;

namespace RaftKv.Scenarios.Node;

/// <summary>Waits for what other processes bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(string what, Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < _limit, $"Waited {_limit} in vain until {what}.");
            await Task.Delay(10);
        }
    }
}
