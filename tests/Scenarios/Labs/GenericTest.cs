using System.Globalization;
using Xunit;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// The common driver of the labs' key-value tests: three rounds in which clients read and write for a second, while the
/// servers may be partitioned; between the rounds all servers may be restarted.
/// </summary>
internal sealed record GenericTest
{
    private const int Rounds = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public int Clients { get; init; } = 1;

    /// <summary>Keys to choose from; with one, all clients meet.</summary>
    public int Keys { get; init; } = 1;

    public bool IsUnreliable { get; init; }

    /// <summary>Whether all servers lose power between rounds.</summary>
    public bool Restarts { get; init; }

    /// <summary>
    /// Whether each server is put on one of two sides during a round. The labs do it once in 1 to 1.2 s, so about once
    /// in a round; here it is at the beginning of a round and in the middle of it.
    /// </summary>
    public bool Partitions { get; init; }

    /// <summary>Whether each client appends to its own key and checks that all is there, once, in order.</summary>
    public bool ChecksAppends { get; init; }

    /// <summary>Entries that the log may hold after a round; 0: any number.</summary>
    public int LongestLog { get; init; }

    public void Run(KvLab lab)
    {
        lab.Network.IsUnreliable = IsUnreliable;
        var clients = Enumerable.Range(0, Clients).Select(_ => lab.NewClient()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var end = lab.World.Now + TimeSpan.FromSeconds(1);
            var jobs = clients.Select(client => client.Begin(() => UseAsync(lab, client, end))).ToArray();
            var part = 400 + lab.Random(200);
            Partition(lab);
            lab.Sleep(part);
            Partition(lab);
            lab.Sleep(1000 - part);
            lab.Network.Partition();
            lab.Await("the clients' last operation", () => jobs.All(job => job.IsDone), _patience);
            if (Restarts)
                lab.RestartAll();
            lab.Put(clients[0], "round", lab.FreshValue());
            if (LongestLog > 0)
                Assert.InRange(lab.LongestLog, 0, LongestLog);
        }
    }

    private void Partition(KvLab lab)
    {
        if (Partitions)
            lab.Network.Partition([.. Enumerable.Range(0, lab.Servers).Where(_ => lab.Random(2) == 0)]);
    }

    private Task UseAsync(KvLab lab, KvClient client, TimeSpan end) =>
        ChecksAppends ? AppendAsync(lab, client, end) : UpdateAsync(lab, client, end);

    /// <summary>Reads a key and writes it anew, if nobody was quicker.</summary>
    private async Task UpdateAsync(KvLab lab, KvClient client, TimeSpan end)
    {
        while (lab.World.Now < end)
        {
            var key = $"k{lab.Random(Keys)}";
            var read = await client.Clerk.GetStringAsync(key);
            await client.Clerk.CompareAndSwapAsync(key, read, lab.FreshValue());
        }
    }

    private static async Task AppendAsync(KvLab lab, KvClient client, TimeSpan end)
    {
        var key = $"own{client.Number}";
        var expected = await client.Clerk.GetStringAsync(key) ?? "";
        for (var n = 0; lab.World.Now < end;)
        {
            if (lab.Random(2) == 0)
            {
                var next = string.Create(CultureInfo.InvariantCulture, $"x({client.Number},{n++})");
                await client.Clerk.AppendAsync(key, next);
                expected += next;
            }
            else
            {
                Assert.Equal(expected, await client.Clerk.GetStringAsync(key) ?? "");
            }
        }
    }
}
