using RaftKv.Consensus;
using RaftKv.Diagnostics;
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

    private const int MaxAddedServers = 6;

    private readonly SimWorld _world;
    private readonly SeedConfiguration _configuration;
    private readonly List<Member> _members;
    private readonly Configuration _founding;
    private readonly KvServer?[] _servers;
    private readonly NodeLoop[] _loops;
    private readonly FirstStart[] _firstStarts;
    private readonly bool[] _isWiped;
    private readonly List<SimNode> _hosts = [];
    private readonly List<SimStorage> _disks = [];

    public SimCluster(SimWorld world, SeedConfiguration configuration)
    {
        (_world, _configuration) = (world, configuration);
        _members =
        [
            .. Enumerable.Range(1, configuration.Nodes)
                .Select(id => new Member(new NodeId(id), $"n{id}", MemberRole.Voter)),
        ];
        _founding = new Configuration(_members);
        _servers = new KvServer?[configuration.Nodes + MaxAddedServers];
        _loops = new NodeLoop[_servers.Length];
        _firstStarts = new FirstStart[_servers.Length];
        _isWiped = new bool[_servers.Length];
        Checks = new ClusterChecks(_servers.Length);
        StaleReads = new StaleReads(configuration.StaleReadPercent > 0 ? configuration.Keys : 0);
        _members.ForEach(AddHost);
    }

    /// <summary>The checks over all servers.</summary>
    public ClusterChecks Checks { get; }

    /// <summary>The check of stale reads.</summary>
    public StaleReads StaleReads { get; }

    /// <summary>The servers' hosts, by id.</summary>
    public IReadOnlyList<SimNode> Hosts => _hosts;

    /// <summary>The servers' disks, by id.</summary>
    public IReadOnlyList<SimStorage> Disks => _disks;

    /// <summary>Where the servers listen.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>A server that believes to lead, or null.</summary>
    public KvServer? Leader(IDecisions choose)
    {
        KvServer[] leaders = [.. _servers.OfType<KvServer>().Where(server => IsUp(server) && Leads(server))];
        return leaders.Length == 0 ? null : leaders[choose.Choose("leader", leaders.Length)];
    }

    /// <summary>Starts a new server that waits to be added; null when there is no host left for one.</summary>
    public Member? AddServer()
    {
        if (_members.Count == _servers.Length)
            return null;
        var id = _members.Count + 1;
        var member = new Member(new NodeId(id), $"n{id}", MemberRole.Learner);
        _members.Add(member);
        AddHost(member);
        _hosts[^1].Start();
        return member;
    }

    /// <summary>Asks a server for a change; what becomes of it is the cluster's business.</summary>
    public void ChangeMembership(KvServer leader, IReadOnlyList<MemberChange> changes)
    {
        _world.Scheduler.Record(
            null, TraceKind.Membership, leader.Replica.Raft.Id.Value, changes.Count,
            $"{leader.Replica.Raft.Id}: {string.Join(", ", changes.Select(each => $"{each.Kind} {each.Id}"))}");
        _loops[leader.Replica.Raft.Id.Value - 1].Post(
            _ => leader.Replica.ChangeMembershipAsync(changes), null);
    }

    /// <summary>
    /// A server's disk is replaced by an empty one and the server started, which must fail; and again, told to join a
    /// cluster.
    /// </summary>
    /// <returns>False when it has never had anything to lose.</returns>
    public bool LoseDisk(int index)
    {
        if (_firstStarts[index] != FirstStart.Refused)
            return false;
        _hosts[index].Crash(isPowerLoss: true);
        _disks[index].Volume.Wipe();
        _isWiped[index] = true;
        Checks.DiskLost(new NodeId(index + 1));
        _hosts[index].Start();
        return true;
    }

    /// <summary>Takes a server's links to the other servers, but for one kept, down or up.</summary>
    public void SetLinks(SimNode server, bool isUp, SimNode? kept = null)
    {
        foreach (var other in _hosts.Where(host => host != server && host != kept))
        {
            _world.Network.Link(server.Index, other.Index).IsUp = isUp;
            _world.Network.Link(other.Index, server.Index).IsUp = isUp;
        }

        _world.Scheduler.Record(null, TraceKind.Fault, server.Index, isUp ? 1 : 0,
            $"{server} is {(isUp ? "back" : kept is null ? "cut off" : $"cut off, but from {kept}")}");
    }

    /// <summary>
    /// Why the cluster has not settled: exactly one leader; its members have one final configuration and equal logs,
    /// everything is committed and applied everywhere, states are equal. Null when it has.
    /// </summary>
    public string? Unsettled()
    {
        KvServer[] leaders = [.. _servers.OfType<KvServer>().Where(server => IsUp(server) && Leads(server))];
        if (leaders is not [var leader])
            return $"{leaders.Length} servers lead";
        var (last, term) = (leader.Replica.Raft.LastIndex, leader.Replica.Raft.Term);
        var configuration = leader.Replica.Raft.Configuration;
        if (configuration.IsJoint)
            return $"the configuration is joint, {configuration}";
        foreach (var member in configuration.Members)
        {
            if (_servers[member.Id.Value - 1] is not { } server || !IsUp(server))
                return $"{member.Id} does not run";
            var raft = server.Replica.Raft;
            var applied = server.Replica.Applied;
            if (raft.CommitIndex != raft.LastIndex || applied != raft.CommitIndex)
                return $"{raft.Id} has applied {applied} and committed {raft.CommitIndex} of {raft.LastIndex}";
            if (raft.LastIndex != last || raft.Term != term)
                return $"{raft.Id} ends at index {raft.LastIndex} in term {raft.Term}, unlike {leader.Replica.Raft.Id}";
            if (!raft.Configuration.Equals(configuration))
                return $"{raft.Id} has configuration {raft.Configuration}, not {configuration}";
            if (server.StateMachine.StateHash != leader.StateMachine.StateHash)
                return $"{raft.Id} has another state than {leader.Replica.Raft.Id}";
        }

        return null;
    }

    /// <summary>
    /// The server on a host, by its position in <see cref="Hosts"/>, as its last incarnation started it; null while it
    /// recovers.
    /// </summary>
    public KvServer? ServerOn(int host) => _servers[host];

    private bool IsUp(KvServer server) =>
        _hosts[server.Replica.Raft.Id.Value - 1].IsRunning && !server.Replica.IsStopped;

    private static bool Leads(KvServer server) => server.Replica.Raft.Role == Role.Leader;

    private void AddHost(Member member)
    {
        var index = member.Id.Value - 1;
        Addresses = [.. Addresses, member.Address];
        var disk = new SimStorage(_world.Scheduler, _world.Decisions.Stream(Concern.Disk, index));
        disk.Volume.Faults.MeanLatency = _configuration.FlushLatency;
        _disks.Add(disk);
        _firstStarts[index] = member.Role == MemberRole.Learner ? FirstStart.Joins : FirstStart.Founds(_founding);
        _hosts.Add(_world.AddNode(member.Address, platform => _ = StartAsync(member, platform), disk));
    }

    private async Task StartAsync(Member member, NodePlatform platform)
    {
        var index = member.Id.Value - 1;
        _servers[index] = null;
        _loops[index] = platform.Loop;
        try
        {
            ReplicaChecks? checks = null;
            var server = await KvServer.StartAsync(Options(member), platform,
                machine => checks = new ReplicaChecks(Checks, _world.Scheduler, () => machine.StateHash)
                {
                    OnApplied = () => StaleReads.Applied(machine),
                });
            if (platform.Loop.IsStopped)
                return;
            server.Replica.Failed += failure => Failed(index, platform, failure);
            if (_isWiped[index])
                throw new InvariantViolationException(
                    "an empty disk is refused", $"{member.Id} starts although it has lost its disk");
            // Who has started once must find its data again, whatever happened to the power.
            _firstStarts[index] = FirstStart.Refused;
            checks!.Started(server.Replica.Raft);
            _servers[index] = server;
        }
        catch (MissingStorageException) when (_isWiped[index])
        {
            // Right. Somebody starts it all the same, as if it were new.
            (_isWiped[index], _firstStarts[index]) = (false, FirstStart.Joins);
            StartAgain(index, ((SimLoop)platform.Loop).Generation);
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

        StartAgain(index, loop.Generation);
    }

    private void StartAgain(int index, int generation) =>
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

    private KvServerOptions Options(Member member) => new()
    {
        ClusterId = ClusterId,
        Address = member.Address,
        Replica = new ReplicaOptions
        {
            Raft = new RaftOptions
            {
                Id = member.Id,
                ElectionTimeout = _configuration.ElectionTimeout,
                HeartbeatInterval = _configuration.HeartbeatInterval,
                PreVote = (_configuration.PreVoters >> member.Id.Value & 1) == 1,
                CheckQuorum = (_configuration.QuorumCheckers >> member.Id.Value & 1) == 1,
                ElectionPriority = _configuration.LowPriority == member.Id.Value
                    ? RaftOptions.HighestPriority - 2 : RaftOptions.HighestPriority,
                LeaseReads = _configuration.LeaseReads,
                ClockDriftBound = _configuration.ClockDriftPercent / 100.0,
                MaxAppendBytes = _configuration.MaxAppendBytes,
                MaxInflightAppends = _configuration.MaxInflightAppends,
                MaxInflightBytes = _configuration.MaxInflightBytes,
                MaxUncommittedBytes = _configuration.MaxUncommittedBytes,
                SnapshotBytesPerSecond = _configuration.SnapshotBytesPerSecond,
            },
            FirstStart = _firstStarts[member.Id.Value - 1],
            SnapshotEveryEntries = _configuration.SnapshotEveryEntries,
            TrailingEntries = _configuration.TrailingEntries,
        },
        Storage = new StorageOptions
        {
            SegmentBytes = _configuration.SegmentBytes,
            SnapshotChunkBytes = _configuration.SnapshotChunkBytes,
        },
        KeyValue = _configuration.OptionsOf(member.Id),
    };
}
