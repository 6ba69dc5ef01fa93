using System.Globalization;
using RaftKv.Scenarios.Labs;
using Xunit;

namespace RaftKv.Scenarios.Ours;

/// <summary>Clients that append to one key; each append must be there once, and in its client's order.</summary>
internal sealed class Appends
{
    private const string Key = "appended";

    private readonly KvLab _lab;
    private readonly int _each;
    private readonly KvClient[] _clients;
    private readonly KvJob[] _jobs;

    public Appends(KvLab lab, int clients, int each)
    {
        (_lab, _each) = (lab, each);
        _clients = [.. Enumerable.Range(0, clients).Select(_ => lab.NewClient())];
        _jobs = [.. _clients.Select(Begin)];
    }

    /// <summary>Appends that were answered.</summary>
    public int Count { get; private set; }

    /// <summary>Waits until all are answered, and looks at what is there.</summary>
    public void AwaitOnceEach(TimeSpan limit)
    {
        _lab.Await("the appends", () => _jobs.All(job => job.IsDone), limit);
        var value = _lab.Get(_lab.NewClient(), Key)!;
        var found = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var client in _clients)
        {
            var mine = found.Where(text => text.StartsWith($"{client.Number}.", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, _each).Select(n => Text(client, n).TrimEnd()), mine);
        }
    }

    private static string Text(KvClient client, int n) =>
        string.Create(CultureInfo.InvariantCulture, $"{client.Number}.{n} ");

    private KvJob Begin(KvClient client) => client.Begin(async () =>
    {
        for (var n = 0; n < _each; n++)
        {
            await client.Clerk.AppendAsync(Key, Text(client, n));
            Count++;
        }
    });
}
