using RaftKv.Consensus;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Server;
using RaftKv.Sim.Checks;
using RaftKv.Sim.World;
using RaftKv.Storage;

namespace RaftKv.Sim;

/// <summary>The servers of a world: the code of a real node, on simulated hosts, under the checks.</summary>
internal sealed class SimCluster
{
    public const string ClusterId = "sim";

    private readonly SimWorld _world;
    private readonly SeedConfiguration _configuration;
    private readonly Member[] _members;
    private readonly KvServer?[] _servers;
    private readonly List<SimStorage> _disks = [];

    public SimCluster(SimWorld world, SeedConfiguration configuration)
    {
        (_world, _configuration) = (world, configuration);
        _members =
        [
            .. Enumerable.Range(1, configuration.Nodes)
                .Select(id => new Member(new NodeId(id), $"n{id}", MemberRole.Voter)),
        ];
        _servers = new KvServer?[configuration.Nodes];
        Checks = new ClusterChecks(configuration.Nodes);
        StaleReads = new StaleReads(configuration.StaleReadPercent > 0 ? configuration.Keys : 0);
        Hosts = [.. _members.Select(AddHost)];
    }

    /// <summary>The checks over all servers.</summary>
    public ClusterChecks Checks { get; }

    /// <summary>The check of stale reads.</summary>
    public StaleReads StaleReads { get; }

    /// <summary>The servers' hosts, by id.</summary>
    public IReadOnlyList<SimNode> Hosts { get; }

    /// <summary>The servers' disks, by id.</summary>
    public IReadOnlyList<SimStorage> Disks => _disks;

    /// <summary>Where the servers listen.</summary>
    public IReadOnlyList<string> Addresses => [.. _members.Select(member => member.Address)];

    /// <summary>
    /// Why the cluster has not settled: exactly one leader, equal logs, everything committed and applied everywhere,
    /// equal
    /// states. Null when it has.
    /// </summary>
    public string? Unsettled()
    {
        var leaders = 0;
        foreach (var server in _servers)
        {
            if (server is null || server.Replica.IsStopped)
                return "a server does not run";
            var raft = server.Replica.Raft;
            leaders += raft.Role == Role.Leader ? 1 : 0;
            var applied = server.Replica.Applied;
            if (raft.CommitIndex != raft.LastIndex || applied != raft.CommitIndex)
                return $"{raft.Id} has applied {applied} and committed {raft.CommitIndex} of {raft.LastIndex}";
            var first = _servers[0]!;
            if (raft.LastIndex != first.Replica.Raft.LastIndex || raft.Term != first.Replica.Raft.Term)
                return $"{raft.Id} ends at index {raft.LastIndex} in term {raft.Term}, unlike {first.Replica.Raft.Id}";
            if (server.StateMachine.StateHash != first.StateMachine.StateHash)
                return $"{raft.Id} has another state than {first.Replica.Raft.Id}";
        }

        return leaders == 1 ? null : $"{leaders} servers lead";
    }

    /// <summary>
    /// The server on a host, by its position in <see cref="Hosts"/>, as its last incarnation started it; null while it
    /// recovers.
    /// </summary>
    public KvServer? ServerOn(int host) => _servers[host];

    private SimNode AddHost(Member member)
    {
        var index = member.Id.Value - 1;
        var disk = new SimStorage(_world.Scheduler, _world.Decisions.Stream(Concern.Disk, index));
        disk.Volume.Faults.MeanLatency = _configuration.FlushLatency;
        _disks.Add(disk);
        return _world.AddNode(member.Address, platform => _ = StartAsync(member, platform), disk);
    }

    private async Task StartAsync(Member member, NodePlatform platform)
    {
        var index = member.Id.Value - 1;
        _servers[index] = null;
        try
        {
            ReplicaChecks? checks = null;
            var server = await KvServer.StartAsync(Options(member.Id), platform,
                machine => checks = new ReplicaChecks(Checks, _world.Scheduler, () => machine.StateHash)
                {
                    OnApplied = () => StaleReads.Applied(machine),
                });
            if (platform.Loop.IsStopped)
                return;
            server.Replica.Failed += failure => Failed(index, platform, failure);
            checks!.Started(server.Replica.Raft);
            _servers[index] = server;
        }
        catch (Exception failure)
        {
            Failed(index, platform, failure);
        }
    }

    /// <summary>A server that stops because of its disk is right; it comes back when the disk is repaired.</summary>
    private void Failed(int index, NodePlatform platform, Exception failure)
    {
        var loop = (SimLoop)platform.Loop;
        if (failure is not IOException || !failure.Message.Contains("(injected)", StringComparison.Ordinal))
        {
            _world.Scheduler.Fail(loop, failure);
            return;
        }

        var generation = loop.Generation;
        _world.After(TimeSpan.Zero, () =>
        {
            if (Hosts[index].Generation != generation)
                return;
            Hosts[index].Crash(isPowerLoss: false);
            _world.After(_configuration.ElectionTimeout * 3, () =>
            {
                _disks[index].Volume.Faults.Repair();
                if (!Hosts[index].IsRunning)
                    Hosts[index].Start();
            });
        });
    }

    private KvServerOptions Options(NodeId id) => new()
    {
        ClusterId = ClusterId,
        Address = _members[id.Value - 1].Address,
        Replica = new ReplicaOptions
        {
            Raft = new RaftOptions
            {
                Id = id,
                ElectionTimeout = _configuration.ElectionTimeout,
                HeartbeatInterval = _configuration.HeartbeatInterval,
                PreVote = (_configuration.PreVoters >> id.Value & 1) == 1,
                CheckQuorum = (_configuration.QuorumCheckers >> id.Value & 1) == 1,
                ElectionPriority = _configuration.LowPriority == id.Value
                    ? RaftOptions.HighestPriority - 2 : RaftOptions.HighestPriority,
                LeaseReads = _configuration.LeaseReads,
                ClockDriftBound = _configuration.ClockDriftPercent / 100.0,
                MaxAppendBytes = _configuration.MaxAppendBytes,
                MaxInflightAppends = _configuration.MaxInflightAppends,
                MaxInflightBytes = _configuration.MaxInflightBytes,
                MaxUncommittedBytes = _configuration.MaxUncommittedBytes,
                SnapshotBytesPerSecond = _configuration.SnapshotBytesPerSecond,
            },
            FirstStart = FirstStart.Founds(new Configuration(_members)),
            SnapshotEveryEntries = _configuration.SnapshotEveryEntries,
            TrailingEntries = _configuration.TrailingEntries,
        },
        Storage = new StorageOptions
        {
            SegmentBytes = _configuration.SegmentBytes,
            SnapshotChunkBytes = _configuration.SnapshotChunkBytes,
        },
        KeyValue = new KvOptions { Store = _configuration.Store },
    };
}
