using RaftKv.Consensus;

namespace RaftKv.Scenarios.Consensus;

/// <summary>
/// Cores, disks and a hostile network, all drawn from one seed: messages are delayed, lost, repeated and reordered,
/// servers cut off, crashed with the loss of unflushed writes, and restarted. Everything is healed at the end.
/// </summary>
internal sealed class RandomCluster
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    private readonly PriorityQueue<Action, (long Time, long Sequence)> _events = new();
    private readonly bool[,] _cut;
    private readonly int _dropPercent;
    private readonly int _repeatPercent;
    private readonly int _slowPercent;
    private readonly int _faultIntervalMs;
    private readonly int _transferPercent;
    private long _sequence;
    private bool _healed;

    public RandomCluster(int seed)
    {
        Random = new Random(seed);
        var size = 1 + Random.Next(7);
        _cut = new bool[size + 1, size + 1];
        _dropPercent = Draw(0, 0, 2, 10, 25);
        _repeatPercent = Draw(0, 0, 2, 10);
        _slowPercent = Draw(0, 1, 10);
        _faultIntervalMs = Draw(60, 200, 500, 1500);
        FlushMs = Draw(1, 1, 10, 60);
        SnapshotEvery = Draw(5, 20, 100, 1_000_000);
        TrailingEntries = Draw(0, 3, 30);
        Checks = new RandomClusterChecks(this);
        var options = new RaftOptions
        {
            Id = new(1),
            MaxAppendBytes = Draw(1, 20, 1000),
            MaxInflightAppends = Draw(1, 3, 64),
            MaxUncommittedBytes = Draw(40, 1_000_000),
        };
        // Sometimes on, sometimes off, sometimes mixed, as during an upgrade.
        var (preVoters, checkers) = (Draw(0, -1, Random.Next()), Draw(0, -1, Random.Next()));
        var leases = checkers == -1 && Chance(60);
        _transferPercent = Draw(0, 0, 1, 10);
        NodeId[] voters = [.. Enumerable.Range(1, size).Select(id => new NodeId(id))];
        Founders = Configuration.Of(voters);
        Servers =
        [
            .. voters.Select(id => new RandomServer(this, options with
            {
                Id = id,
                PreVote = (preVoters >> id.Value & 1) == 1,
                CheckQuorum = (checkers >> id.Value & 1) == 1,
                LeaseReads = leases,
                ClockDriftBound = 0,
            })),
        ];
    }

    public Random Random { get; }

    public IReadOnlyList<RandomServer> Servers { get; }

    public Configuration Founders { get; }

    public RandomClusterChecks Checks { get; }

    /// <summary>What every snapshot taken contains, to compare copies with.</summary>
    public Dictionary<SnapshotId, ulong> Snapshots { get; } = [];

    public long Now { get; private set; }

    public int FlushMs { get; private set; }

    public int SnapshotEvery { get; }

    public int TrailingEntries { get; }

    /// <summary>Ten seconds of faults, then up to eight of healing in which everything must come to rest.</summary>
    public void Run()
    {
        foreach (var server in Servers)
            server.Start();
        After(0, Propose);
        After(_faultIntervalMs * Millisecond, Fault);
        RunUntil(10_000 * Millisecond);
        Heal();
        RunUntil(15_000 * Millisecond);
        var proposed = Checks.Committed;
        RunUntil(18_000 * Millisecond);
        Checks.AssertConverged(moreThan: proposed);
    }

    public void After(long ticks, Action action) => _events.Enqueue(action, (Now + ticks, _sequence++));

    public void AfterAbout(int milliseconds, Action action) =>
        After(Random.NextInt64(1, (2 * milliseconds * Millisecond) + 1), action);

    public int Draw(params ReadOnlySpan<int> choices) => choices[Random.Next(choices.Length)];

    public bool Chance(int percent) => Random.Next(100) < percent;

    public void Deliver(Message message)
    {
        Checks.Sent(message);
        if (!_healed && Chance(_dropPercent))
            return;
        var copies = !_healed && Chance(_repeatPercent) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            AfterAbout(!_healed && Chance(_slowPercent) ? 300 : 2, () =>
            {
                if (!_cut[message.From.Value, message.To.Value])
                    Servers[message.To.Value - 1].Post(Input.Received(message));
            });
        }
    }

    private void RunUntil(long time)
    {
        while (_events.TryPeek(out _, out var next) && next.Time <= time)
        {
            var action = _events.Dequeue();
            Now = next.Time;
            action();
        }

        Now = time;
        Checks.AssertLogsMatch();
    }

    private void Propose()
    {
        foreach (var server in Servers)
        {
            for (var i = Random.Next(3); i > 0; i--)
                server.Propose();
            if (Chance(50))
                server.Read();
            if (!_healed && Chance(_transferPercent))
                server.Transfer(new NodeId(Random.Next(Servers.Count + 1)));
        }

        AfterAbout(_healed ? 150 : 30, Propose);
    }

    private void Fault()
    {
        if (_healed)
            return;
        var leader = Servers.FirstOrDefault(each => each.IsUp && each.Raft.Role == Role.Leader);
        var server = leader is not null && Chance(50) ? leader : Servers[Random.Next(Servers.Count)];
        switch (Random.Next(7))
        {
            case 0 or 1:
                server.Crash();
                AfterAbout(Draw(1, 100, 700), server.Start);
                break;
            case 2:
                foreach (var each in Servers)
                {
                    each.Crash();
                    AfterAbout(50, each.Start);
                }

                break;
            case 3:
                foreach (var each in Servers)
                    _cut[server.Raft.Id.Value, each.Raft.Id.Value] = true;
                break;
            case 4:
                for (var cuts = Servers.Count; cuts > 0; cuts--)
                    _cut[1 + Random.Next(Servers.Count), 1 + Random.Next(Servers.Count)] = true;
                break;
            default:
                Array.Clear(_cut);
                break;
        }

        Checks.AssertLogsMatch();
        AfterAbout(_faultIntervalMs, Fault);
    }

    private void Heal()
    {
        _healed = true;
        FlushMs = 1;
        Array.Clear(_cut);
        foreach (var server in Servers)
            server.Start();
    }
}
