using RaftKv.Consensus;
using RaftKv.Diagnostics;
using RaftKv.KeyValue;
using RaftKv.Platform;
using RaftKv.Rpc;

namespace RaftKv.Server;

/// <summary>
/// One node of the key-value store: a replica of <see cref="KvStateMachine"/>, its links to the other members, and the
/// server that clients and peers connect to. Lives on one loop.
/// </summary>
public sealed class KvServer : IDisposable
{
    private readonly KvServerOptions _options;
    private readonly NodePlatform _platform;
    private readonly ReplicaNode<KvResult> _node;
    private readonly ClusterClock _clock;
    private readonly RequestsUnderWay _requests;
    private (Configuration? Of, KvMembers Said) _members = (null, new KvMembers(0, []));
    private bool _disposed;

    private KvServer(
        KvServerOptions options, NodePlatform platform, ReplicaNode<KvResult> node, KvStateMachine machine)
    {
        (_options, _platform, _node) = (options, platform, node);
        StateMachine = machine;
        _clock = new ClusterClock(platform.Time);
        _requests = new RequestsUnderWay(ProposeAsync);
        node.Listen(new Handler(this));
    }

    /// <summary>The replica, for status and checks.</summary>
    public Replica<KvResult> Replica => _node.Replica;

    /// <summary>The store with its sessions, for status and checks.</summary>
    public KvStateMachine StateMachine { get; }

    /// <summary>Recovers from the disk, then listens and takes part.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">
    /// The disk is unreadable, damaged or foreign, or the address cannot be bound.
    /// </exception>
    public static async Task<KvServer> StartAsync(
        KvServerOptions options, NodePlatform platform, Func<KvStateMachine, ReplicaObserver>? observer = null)
    {
        options.Validate();
        var machine = new KvStateMachine(options.KeyValue);
        var node = await ReplicaNode<KvResult>.RecoverAsync(
            new(options.ClusterId, options.Replica.Raft.Id, options.Address), options.Replica, options.Storage,
            options.Rpc, platform, machine, observer?.Invoke(machine));
        return new KvServer(options, platform, node, machine);
    }

    /// <summary>Answers a command like one that a Clerk sends, for a caller on the server's own loop.</summary>
    public ValueTask<KvReply> ExecuteAsync(KvCommand command)
    {
        var limits = _options.KeyValue.Limits;
        if (command.Consistency != ReadConsistency.Log && command.Request.IsReadOnly)
            return ReadAsync(command);
        if (Replica.Raft.Role != Role.Leader)
            return new(NotLeader(Replica.Raft.Leader));
        return limits.Problem(command) is { } problem
            ? new(new KvReply(KvStatus.Rejected, problem))
            : _requests.RunAsync(command);
    }

    /// <summary>
    /// Stops in good order: hands the leadership over if it has it, so that nobody waits for an election time-out, and
    /// lets those who wait be answered. Takes an election time-out or two at most; <see cref="Dispose"/> cuts it short.
    /// </summary>
    public async Task StopAsync()
    {
        var patience = _options.Replica.Raft.ElectionTimeout;
        if (Replica.Raft.Role == Role.Leader)
            await Replica.TransferAsync();
        var since = _platform.Time.GetTimestamp();
        while (Replica.HasWaiting && _platform.Time.GetElapsedTime(since) < patience)
            await Task.Delay(patience / 20, _platform.Time);
        Dispose();
    }

    /// <summary>Stops listening and taking part. Requests that still wait are answered "unknown".</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _node.Dispose();
    }

    private KvReply WhyNotApplied(in ProposalOutcome<KvResult> outcome) => outcome.End switch
    {
        ProposalEnd.NotLeader => NotLeader(outcome.Leader),
        ProposalEnd.Busy => new KvReply(
            KvStatus.Busy,
            outcome.Reason ?? "too many commands wait to be committed, or another server is about to lead"),
        ProposalEnd.Refused => new KvReply(KvStatus.Rejected, outcome.Reason),
        ProposalEnd.NotApplied => new KvReply(KvStatus.NotApplied, "another leader's entry took its place"),
        _ => new KvReply(KvStatus.Unknown, "the server lost the leadership, or stopped"),
    };

    private async ValueTask<KvReply> ProposeAsync(KvCommand command)
    {
        var time = _clock.Now(Replica.Raft.Term, StateMachine.TimeMs);
        var outcome = await Replica.ProposeAsync(
            KvCommandCodec.Encode(command with { TimeMs = time, Limits = _options.KeyValue.Limits }));
        if (outcome.End != ProposalEnd.Applied)
            return WhyNotApplied(outcome);
        if (outcome.Result.Status == default)
            throw new InvariantViolationException(
                "a command is answered with its own result", $"{command.Operation} got that of an entry without any");
        return new KvReply(outcome.Result);
    }

    private async ValueTask<KvReply> ReadAsync(KvCommand command)
    {
        var isStale = command.Consistency == ReadConsistency.Stale;
        var outcome = isStale
            ? await Replica.ReadStaleAsync()
            : await Replica.ReadAsync(byLease: command.Consistency == ReadConsistency.Lease);
        return outcome.End switch
        {
            ReadEnd.Ready => new KvReply(StateMachine.Query(command.Request) with { IsStale = isStale }),
            ReadEnd.Busy => new KvReply(KvStatus.Busy, "too many reads wait"),
            _ => NotLeader(outcome.Leader),
        };
    }

    private async Task<KvReply> TransferAsync(NodeId successor) =>
        await Replica.TransferAsync(successor) switch
        {
            TransferStatus.Done => new KvReply(KvStatus.Ok),
            TransferStatus.NotLeader => NotLeader(Replica.Raft.Leader),
            TransferStatus.NoVoter => new KvReply(
                KvStatus.Rejected, successor == NodeId.None ? "there is no other voter" : $"{successor} is no voter"),
            TransferStatus.TimedOut => new KvReply(
                KvStatus.Rejected, "the successor did not take over within an election time-out"),
            _ => new KvReply(KvStatus.Busy, "another transfer is under way"),
        };

    private async Task<KvReply> ChangeMembershipAsync(MembershipRequest request)
    {
        var raft = Replica.Raft;
        if (request.Changes.Count > 0)
        {
            var outcome = await Replica.ChangeMembershipAsync(request.Changes);
            if (outcome.End != ProposalEnd.Applied)
                return WhyNotApplied(outcome);
        }
        else if (raft.Role != Role.Leader)
        {
            return NotLeader(raft.Leader);
        }

        if (request.WhenSettled && (raft.Configuration.IsJoint || raft.ConfigurationIndex > raft.CommitIndex))
            return new KvReply(KvStatus.Busy, $"a change is under way, {raft.Configuration}");
        return new KvReply(
            new KvResult(KvStatus.Ok, ConfigurationCodec.Encode(raft.Configuration)),
            _node.Links.AddressOf(raft.Leader, raft.Configuration));
    }

    private ServerStatus Status()
    {
        var raft = Replica.Raft;
        return new ServerStatus(
            raft.Id, raft.Role, raft.Term, raft.Leader, raft.CommitIndex, Replica.Applied, raft.Configuration,
            raft.ConfigurationIndex);
    }

    private KvReply NotLeader(NodeId leader) => new(
        KvStatus.NotLeader, null, _node.Links.AddressOf(leader, Replica.Raft.Configuration), Members());

    private KvMembers? Members()
    {
        var raft = Replica.Raft;
        if (raft.IsBlank)
            return null;
        var version = raft.ConfigurationIndex.Value;
        if (_members.Of != raft.Configuration || _members.Said.Version != version)
            _members = (raft.Configuration, new KvMembers(
                version, [.. raft.Configuration.Members.Select(member => member.Address)]));
        return _members.Said;
    }

    private sealed class Handler(KvServer server) : IClientHandler
    {
        // async void, so that an unforeseen exception reaches the loop and does not vanish in a task.
        public async void OnCommand(KvCommand command, RpcReply reply) =>
            reply.Send(await server.ExecuteAsync(command));

        public async void OnAdministration(AdministrationRequest request, RpcReply reply) => reply.Send(request switch
        {
            TransferRequest transfer => await server.TransferAsync(transfer.Successor),
            MembershipRequest membership => await server.ChangeMembershipAsync(membership),
            StatusRequest => new KvReply(KvStatus.Ok) { Server = server.Status() },
            _ => new KvReply(KvStatus.Rejected, "unknown request"),
        });
    }
}
