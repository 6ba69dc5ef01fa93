using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Scenarios.Labs;
using RaftKv.Server;
using RaftKv.Sim;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;
using RaftKv.Storage;

namespace RaftKv.Scenarios.StateMachines;

/// <summary>Servers that replicate a <see cref="LockTable"/>, with snapshots every few commands.</summary>
internal sealed class LockTableLab : Lab
{
    private readonly Member[] _members;
    private readonly (ReplicaServer<LockResult>? Server, LockTable Table, int Generation)[] _servers;

    private LockTableLab(ulong seed, int servers)
        : base(seed, servers)
    {
        _members =
        [
            .. Enumerable.Range(1, servers).Select(id => new Member(new NodeId(id), $"n{id}", MemberRole.Voter)),
        ];
        _servers = new (ReplicaServer<LockResult>?, LockTable, int)[servers];
        Checks = new ClusterChecks(servers);
        Hosts = [.. _members.Select(AddHost)];
        foreach (var host in Hosts)
            host.Start();
    }

    public override IReadOnlyList<SimNode> Hosts { get; }

    public override ClusterChecks Checks { get; }

    public static void Run(int servers, Action<LockTableLab> scenario, [CallerMemberName] string test = "") =>
        Run(test, seed => new LockTableLab(seed, servers), scenario);

    public override Raft? RaftOf(int server) => ServerOf(server)?.Replica.Raft;

    public override LogIndex AppliedBy(int server) => ServerOf(server)?.Replica.Applied ?? LogIndex.Zero;

    public override ulong StateOf(int server) => ServerOf(server) is null ? 0 : Hash(_servers[server].Table);

    /// <summary>The server as it runs now; null while it does not or recovers.</summary>
    public ReplicaServer<LockResult>? ServerOf(int server) =>
        Hosts[server].IsRunning && _servers[server].Generation == Hosts[server].Generation
            && _servers[server].Server is { Replica.IsStopped: false } running ? running : null;

    /// <summary>Has one server do something on its loop, and waits for its end or a while.</summary>
    public T? Ask<T>(int server, Func<ReplicaServer<LockResult>, Task<T>> ask)
        where T : struct
    {
        if (ServerOf(server) is not { } target)
            return null;
        Task<T>? answer = null;
        Hosts[server].Post(() => answer = ask(target));
        IsWithin(4 * ElectionTimeout, () => answer is { IsCompleted: true });
        return answer is { IsCompletedSuccessfully: true } ? answer.Result : null;
    }

    /// <summary>Proposes a command to whoever leads until one is certainly applied.</summary>
    /// <param name="command">The command.</param>
    /// <param name="attempts">How often it may have been applied.</param>
    public LockResult Do(string command, out int attempts)
    {
        attempts = 0;
        for (var end = World.Now + TimeSpan.FromSeconds(60); World.Now < end; Sleep(50))
        {
            foreach (var server in Connected().Where(Leads).ToArray())
            {
                var outcome = Ask(server, leader => leader.ProposeAsync(Encoding.UTF8.GetBytes(command)));
                attempts += outcome?.End is ProposalEnd.NotLeader or ProposalEnd.Busy or ProposalEnd.NotApplied ? 0 : 1;
                if (outcome is { End: ProposalEnd.Applied } applied)
                    return applied.Result;
            }
        }

        Fail($"'{command}' was not applied within 60 s");
        return default;
    }

    protected override void WriteAndReadBack() => Do("add 0", out _);

    private static ulong Hash(LockTable table)
    {
        using var cut = table.Cut();
        var bytes = new ArrayBufferWriter<byte>();
        while (cut.WriteNext(bytes))
        {
        }

        return XxHash3.HashToUInt64(bytes.WrittenSpan);
    }

    private SimNode AddHost(Member member)
    {
        var index = member.Id.Value - 1;
        var disk = new SimStorage(World.Scheduler, World.Decisions.Stream(Concern.Disk, index));
        return World.AddNode(member.Address, platform => _ = BootAsync(index, platform), disk);
    }

    private async Task BootAsync(int index, NodePlatform platform)
    {
        try
        {
            var table = new LockTable();
            var observer = new ReplicaChecks(Checks, World.Scheduler, () => Hash(table));
            var server = await ReplicaServer.StartAsync(
                "locks", _members[index].Address, Options(index), new StorageOptions { SegmentBytes = 4096 }, platform,
                table, observer);
            if (platform.Loop.IsStopped)
                return;
            server.Replica.Failed += failure => World.Scheduler.Fail((SimLoop)platform.Loop, failure);
            observer.Started(server.Replica.Raft);
            _servers[index] = (server, table, Hosts[index].Generation);
        }
        catch (Exception failure)
        {
            World.Scheduler.Fail((SimLoop)platform.Loop, failure);
        }
    }

    private ReplicaOptions Options(int index) => new()
    {
        FirstStart = FirstStart.Founds(new Configuration(_members)),
        Raft = new RaftOptions
        {
            Id = _members[index].Id,
            ElectionTimeout = ElectionTimeout,
            HeartbeatInterval = HeartbeatInterval,
        },
        SnapshotEveryEntries = 8,
        TrailingEntries = 2,
    };
}
