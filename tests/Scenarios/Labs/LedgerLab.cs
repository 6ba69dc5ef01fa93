using System.Runtime.CompilerServices;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Server;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;
using RaftKv.Storage;

namespace RaftKv.Scenarios.Labs;

/// <summary>
/// A lab of servers that replicate a <see cref="Ledger"/>. Commands go straight to a server's replica, as the labs'
/// Start does.
/// </summary>
/// <remarks>
/// A leader of ours begins with an entry of its own (paper §8), which the labs' does not. So indexes are compared with
/// each other, not with 1, 2, 3.
/// </remarks>
internal sealed class LedgerLab : Lab
{
    private readonly Member[] _members;
    private readonly (LedgerServer? Server, int Generation)[] _servers;
    private readonly RequestCounts[] _requests;
    private readonly LedgerOptions _options;
    private readonly Dictionary<int, Exception?> _faults = [];
    private readonly List<SimStorage> _disks = [];
    private long _lastAmount;

    private LedgerLab(ulong seed, int servers, LedgerOptions options)
        : base(seed, servers, new NetworkOptions { Mode = DeliveryMode.Adversarial, Conditions = options.Links })
    {
        _options = options;
        _members =
        [
            .. Enumerable.Range(1, servers).Select(id => new Member(new NodeId(id), $"n{id}", MemberRole.Voter)),
        ];
        _servers = new (LedgerServer?, int)[servers];
        _requests = [.. _members.Select(_ => new RequestCounts())];
        Checks = new ClusterChecks(servers);
        Hosts = [.. _members.Select(AddHost)];
        foreach (var host in Hosts)
            host.Start();
    }

    public override IReadOnlyList<SimNode> Hosts { get; }

    public override ClusterChecks Checks { get; }

    /// <summary>The amounts that were applied, by index; on all servers the same, as the checks see to.</summary>
    public Dictionary<LogIndex, long> Applied { get; } = [];

    /// <summary>The servers' disks.</summary>
    public IReadOnlyList<SimStorage> Disks => _disks;

    /// <summary>Requests of all servers so far.</summary>
    public int Requests => _requests.Sum(server => server.Total);

    /// <summary>Pieces of snapshots sent so far.</summary>
    public int Installs => _requests.Sum(server => server[MessageKind.InstallSnapshot]);

    /// <summary>Bytes that reached servers so far.</summary>
    public long Bytes => World.Network.ByteCount;

    /// <summary>Bytes of the longest log, 24 for each entry besides its command.</summary>
    public int LongestLog => Running().Max(server =>
    {
        var log = RaftOf(server)!.Log;
        var bytes = 0;
        for (var index = log.FirstIndex; index <= log.LastIndex; index = index.Next)
            bytes += 24 + log[index].Data.Length;
        return bytes;
    });

    /// <summary>Runs a scenario over all seeds.</summary>
    /// <param name="servers">How many servers.</param>
    /// <param name="scenario">What happens.</param>
    /// <param name="options">What the servers are made of.</param>
    /// <param name="test">The name of the test.</param>
    public static void Run(
        int servers, Action<LedgerLab> scenario, LedgerOptions? options = null,
        [CallerMemberName] string test = "") =>
        Run(test, seed => new LedgerLab(seed, servers, options ?? new LedgerOptions()), scenario);

    /// <summary>Runs a scenario with one seed.</summary>
    public static void RunOnce(ulong seed, int servers, LedgerOptions options, Action<LedgerLab> scenario) =>
        RunOnce(new LedgerLab(seed, servers, options), scenario);

    /// <summary>From now on a fault of this server is part of the scenario; see <see cref="FaultOf"/>.</summary>
    public void ExpectFaultOf(int server) => _faults.Add(server, null);

    /// <summary>Why an expected fault stopped the server or kept it from starting; null while none did.</summary>
    public Exception? FaultOf(int server) => _faults.GetValueOrDefault(server);

    /// <summary>Starts a server that an expected fault has stopped; from now on it must run.</summary>
    public void Repair(int server)
    {
        _faults.Remove(server);
        Restart(server);
    }

    public override Raft? RaftOf(int server) => ServerOf(server)?.Replica.Raft;

    public override LogIndex AppliedBy(int server) => ServerOf(server)?.Replica.Applied ?? LogIndex.Zero;

    public override ulong StateOf(int server) => ServerOf(server)?.Ledger.Hash ?? 0;

    /// <summary>The sum of what a server has applied.</summary>
    public long BalanceOf(int server) => ServerOf(server)!.Ledger.Balance;

    /// <summary>All that a server has applied, in order.</summary>
    public IReadOnlyList<long> AmountsOf(int server) => ServerOf(server)!.Ledger.Amounts;

    /// <summary>Servers that run and have recovered.</summary>
    public IEnumerable<int> Running() => Enumerable.Range(0, Servers).Where(server => ServerOf(server) is not null);

    /// <summary>Hands a command to a server; what becomes of it is known when the server's turn has ended.</summary>
    public Proposal Offer(int server, long amount, int bytes = sizeof(long))
    {
        var proposal = new Proposal();
        if (ServerOf(server) is not { } target)
        {
            proposal.IsDecided = true;
            return proposal;
        }

        var command = new ReadOnlyMemory<byte>(Ledger.Command(amount, bytes));
        Hosts[server].Post(() =>
        {
            proposal.Outcome = target.Replica.ProposeAsync(command);
            // The turn was posted by the proposal, so this comes right after it.
            Hosts[server].Post(() => proposal.Decide(target.Replica.Raft, command));
        });
        return proposal;
    }

    /// <summary>Hands a command to a server, as the labs' Start does. No time passes.</summary>
    /// <returns>Where the leader put it; null when the server does not lead.</returns>
    public LogIndex? Start(int server, long amount, int bytes = sizeof(long))
    {
        var proposal = Offer(server, amount, bytes);
        IsWithin(TimeSpan.Zero, () => proposal.IsDecided);
        return proposal.Index;
    }

    /// <summary>Stops a server in good order; its process goes on and answers who waits.</summary>
    public void ShutDown(int server)
    {
        if (ServerOf(server) is { } running)
            Hosts[server].Post(running.Replica.Dispose);
    }

    /// <summary>How many running servers have applied the log up to an index.</summary>
    public int Committed(LogIndex index) => Running().Count(server => AppliedBy(server) >= index);

    /// <summary>
    /// Has a command agreed on: offers it to every connected server until one accepts it, and waits 2 s until enough
    /// servers have applied it, for 10 s in all.
    /// </summary>
    /// <param name="amount">The command.</param>
    /// <param name="expected">How many servers must apply it.</param>
    /// <param name="retry">Whether to offer it again when something else was applied in its place.</param>
    /// <param name="bytes">Its size.</param>
    public LogIndex One(long amount, int expected, bool retry, int bytes = sizeof(long)) =>
        Agree([amount], expected, retry, bytes)[0];

    /// <summary>The same for several commands at once.</summary>
    public LogIndex[] Agree(long[] amounts, int expected, bool retry, int bytes = sizeof(long))
    {
        var places = new LogIndex?[amounts.Length];
        for (var end = World.Now + TimeSpan.FromSeconds(10); World.Now < end;)
        {
            for (var i = 0; i < amounts.Length; i++)
                places[i] = IsAgreed(i) ? places[i] : Accept(amounts[i], bytes);
            if (places.All(place => place is null))
            {
                Sleep(50);
                continue;
            }

            var isAgreed = false;
            for (var waited = 0; waited < 2000 && !isAgreed; waited += 20)
            {
                Sleep(waited == 0 ? 0 : 20);
                isAgreed = Enumerable.Range(0, amounts.Length).All(IsAgreed);
            }

            if (isAgreed)
                return [.. places.Select(place => place!.Value)];
            if (!retry)
                Fail($"commands at {string.Join(' ', places)} were not applied by {expected} servers");
        }

        Fail($"no agreement on {string.Join(' ', amounts)} within 10 s");
        return [];

        bool IsAgreed(int i) =>
            places[i] is { } place && Committed(place) >= expected && Applied.GetValueOrDefault(place) == amounts[i];
    }

    private LogIndex? Accept(long amount, int bytes)
    {
        foreach (var server in Connected().ToArray())
        {
            if (Start(server, amount, bytes) is { } index)
                return index;
        }

        return null;
    }

    /// <summary>A command that no other is equal to.</summary>
    public long Fresh() => ++_lastAmount * 1_000_000 + Random(1_000_000);

    /// <summary>One fresh command on all servers.</summary>
    public LogIndex OneOnAll() => One(Fresh(), Servers, retry: true);

    protected override void WriteAndReadBack() => OneOnAll();

    private LedgerServer? ServerOf(int server) =>
        Hosts[server].IsRunning && _servers[server].Generation == Hosts[server].Generation
            && _servers[server].Server is { Replica.IsStopped: false } running ? running : null;

    private SimNode AddHost(Member member)
    {
        var index = member.Id.Value - 1;
        var disk = new SimStorage(World.Scheduler, World.Decisions.Stream(Concern.Disk, index));
        disk.Volume.Faults.MeanLatency = TimeSpan.FromMilliseconds(0.5);
        _disks.Add(disk);
        return World.AddNode(member.Address, platform => _ = BootAsync(index, platform), disk);
    }

    private async Task BootAsync(int index, NodePlatform platform)
    {
        try
        {
            LedgerObserver? observer = null;
            var server = await LedgerServer.StartAsync(
                Options(index), new StorageOptions { SegmentBytes = 4096, SnapshotChunkBytes = 1000 }, _members,
                platform,
                ledger => observer = new(Checks, World.Scheduler, ledger, _requests[index], Applied));
            if (platform.Loop.IsStopped)
                return;
            server.Replica.Failed += failure => Fail(index, platform, failure);
            observer!.Started(server.Replica.Raft);
            _servers[index] = (server, Hosts[index].Generation);
        }
        catch (Exception failure)
        {
            Fail(index, platform, failure);
        }
    }

    private void Fail(int server, NodePlatform platform, Exception failure)
    {
        if (_faults.ContainsKey(server))
            _faults[server] = failure;
        else
            World.Scheduler.Fail((SimLoop)platform.Loop, failure);
    }

    private ReplicaOptions Options(int index) => new()
    {
        FirstStart = FirstStart.Founds(new Configuration(_members)),
        Raft = new RaftOptions
        {
            Id = _members[index].Id,
            ElectionTimeout = ElectionTimeout / _options.Haste,
            HeartbeatInterval = HeartbeatInterval / _options.Haste,
            MaxAppendBytes = _options.MaxAppendBytes,
        },
        SnapshotEveryEntries = _options.SnapshotEvery > 0 ? _options.SnapshotEvery : int.MaxValue,
        TrailingEntries = _options.SnapshotEvery / 2,
    };
}

/// <summary>A command on its way into a server's log.</summary>
internal sealed class Proposal
{
    /// <summary>Whether the server has taken or refused it.</summary>
    public bool IsDecided { get; set; }

    /// <summary>Where the leader put it; null when the server does not lead.</summary>
    public LogIndex? Index { get; private set; }

    /// <summary>In which term.</summary>
    public Term Term { get; private set; }

    /// <summary>How it ends; null when the server never saw it.</summary>
    public Task<ProposalOutcome<long>>? Outcome { get; set; }

    public void Decide(Raft raft, ReadOnlyMemory<byte> command)
    {
        IsDecided = true;
        // The log keeps the very memory that was proposed.
        for (var index = raft.LastIndex; index >= raft.FirstIndex; index = index.Previous)
        {
            if (raft.Log[index].Data.Equals(command))
            {
                (Index, Term) = (index, raft.Log[index].Term);
                return;
            }
        }
    }
}
