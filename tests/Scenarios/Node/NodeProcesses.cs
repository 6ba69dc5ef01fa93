using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RaftKv.Client;
using RaftKv.Node.Hosting;
using Xunit;

namespace RaftKv.Scenarios.Node;

/// <summary>
/// Three nodes in processes of their own, with data in a temporary directory; and room for one that joins.
/// </summary>
internal sealed partial class NodeProcesses(int electionTimeoutMs = 300) : IDisposable
{
    private const int Count = 3;
    private readonly TemporaryDirectory _directory = new();
    private readonly int _firstPort = LoopbackPorts.First(Count + 1);
    private readonly NodeProcess?[] _running = new NodeProcess?[Count + 2];
    private readonly List<string> _log = [];

    public string Endpoints => string.Join(',', Enumerable.Range(1, Count).Select(Address));

    public static IEnumerable<int> Ids => Enumerable.Range(1, Count);

    /// <summary>What the nodes have printed, for the message of a failed test.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    public void Start(int id)
    {
        var options = new NodeOptions
        {
            Id = id,
            Members = (id > Count ? [id] : Ids).ToDictionary(member => $"{member}", Address),
            DataDirectory = _directory.File($"node{id}"),
            ElectionTimeoutMs = electionTimeoutMs,
            SnapshotEveryEntries = 1000,
            SegmentBytes = 1024 * 1024,
        };
        var joins = id > Count;
        if (!joins && !Directory.Exists(options.DataDirectory))
            NodeHost.InitAsync(options).GetAwaiter().GetResult();
        var file = _directory.File($"node{id}.json");
        File.WriteAllText(file, NodeOptionsLoader.ToJson(options));
        _running[id] = NodeProcess.Start(file, line =>
        {
            lock (_log)
                _log.Add($"node{id} | {line}");
        }, joins);
    }

    /// <summary>A Clerk whose patience a busy machine does not exhaust.</summary>
    public Clerk Connect() => RaftKvClient.Connect(RaftKvClient.Options(Endpoints) with
    {
        OperationTimeout = TimeSpan.FromMinutes(3),
    });

    public void StartAll()
    {
        foreach (var id in Ids)
            Start(id);
    }

    public async Task KillAsync(int id)
    {
        var process = _running[id]!;
        _running[id] = null;
        Process.GetProcessById(process.Id).Kill();
        Assert.Equal("was killed (SIGKILL)", await process.WaitAsync());
        process.Dispose();
    }

    /// <summary>The running node that leads, once one does in <paramref name="minTerm"/> or later.</summary>
    public async Task<(int Id, long Term)> LeaderAsync(long minTerm = 1)
    {
        (int Id, long Term) leader = default;
        await Eventually.HoldsAsync($"there is a leader in term {minTerm}", () =>
        {
            leader = Leaders().Where(found => _running[found.Id] is not null && found.Term >= minTerm)
                .OrderBy(found => found.Term).LastOrDefault();
            return leader.Id > 0;
        });
        return leader;
    }

    /// <summary>Waits until a node has come to lead in <paramref name="minTerm"/> or later.</summary>
    public Task LeadsAsync(int id, long minTerm) => Eventually.HoldsAsync(
        $"n{id} leads in term {minTerm} or later",
        () => Leaders().Any(leader => leader.Id == id && leader.Term >= minTerm));

    public void Dispose()
    {
        foreach (var process in _running)
            process?.Dispose();
        _directory.Dispose();
    }

    public string Address(int id) => $"127.0.0.1:{_firstPort + id - 1}";

    private IEnumerable<(int Id, long Term)> Leaders() =>
        LeaderMessage().Matches(Log).Select(match => (Number(match, 1), (long)Number(match, 2)));

    private static int Number(Match match, int group) =>
        int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"n(\d+) is Leader in term (\d+)")]
    private static partial Regex LeaderMessage();
}
