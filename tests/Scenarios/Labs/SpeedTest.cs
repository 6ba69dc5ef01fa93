using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>A thousand writes, one after another: none may wait for a heartbeat.</summary>
internal static class SpeedTest
{
    private const int Writes = 1000;

    /// <summary>The labs' bound: a third of a heartbeat interval for each.</summary>
    private static readonly TimeSpan _each = TimeSpan.FromMilliseconds(33);

    public static void Run(KvLab lab)
    {
        var client = lab.NewClient();
        lab.Put(client, "first", "");
        var before = lab.World.Now;
        var job = client.Begin(async () =>
        {
            for (var write = 0; write < Writes; write++)
                await client.Clerk.PutAsync("key", lab.FreshValue());
        });
        lab.Await("a thousand writes", () => job.IsDone, Writes * Lab.HeartbeatInterval);
        Assert.True(lab.World.Now - before < Writes * _each);
    }
}
