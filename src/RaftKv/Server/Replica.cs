using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RaftKv.Consensus;
using RaftKv.Platform;
using RaftKv.Storage;

namespace RaftKv.Server;

/// <summary>
/// Sends a message to a peer if it can be reached now; otherwise drops it. Raft repeats what matters.
/// </summary>
public delegate void SendToPeer(in Message message);

/// <summary>
/// One member of the cluster: drives the consensus core, its storage and the state machine in a single-threaded loop.
/// Each turn takes all inputs, steps the core, hands writes to storage with one flush in flight, sends what need not
/// wait, applies what is committed, and arms one timer. Inputs that arrive during a flush share the next one (group
/// commit).
/// </summary>
/// <remarks>
/// On the loop of its platform only: asked elsewhere, it throws <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed partial class Replica<TResult> : IDisposable
{
    private readonly ReplicaOptions _options;
    private readonly NodePlatform _platform;
    private readonly IStateMachine<TResult> _machine;
    private readonly Persister _persister;
    private readonly SendToPeer _send;
    private readonly ReplicaObserver? _observer;
    private readonly ILogger _logger;
    private readonly Raft _raft;
    private readonly Effects _effects = new();
    private readonly Queue<OutboundMessage> _gated = [];
    private readonly PendingProposals<TResult> _pending = new();
    private readonly PendingReads _pendingReads = new();
    private readonly SortedDictionary<long, TaskCompletionSource<TransferStatus>> _transfers = [];
    private long _lastTransfer;
    private readonly CompactionPolicy _compaction;
    private readonly ITimer _timer;
    private readonly long _origin;
    private List<Input> _inbox = [];
    private List<Input> _turn = [];
    private long _armedFor = long.MaxValue;
    private long _appendedToken;
    private long _flushedToken;

    /// <summary>What the core knows to be durable; it lags <see cref="_flushedToken"/> until the next turn.</summary>
    private long _durableToken;
    private (Role Role, Term Term, NodeId Leader) _loggedRole;
    private Configuration? _loggedConfiguration;
    private bool _turnScheduled;
    private bool _flushing;
    private bool _maintaining;
    private bool _stopped;

    internal Replica(
        ReplicaOptions options, NodePlatform platform, IStateMachine<TResult> machine, Persister persister,
        RecoveredState recovered, SendToPeer send, ReplicaObserver? observer)
    {
        _options = options;
        _compaction = new CompactionPolicy(options);
        _platform = platform;
        _machine = machine;
        _persister = persister;
        _send = send;
        _observer = observer;
        _logger = platform.Logging.CreateLogger("RaftKv.Replica");
        _origin = platform.Time.GetTimestamp();
        _raft = new Raft(options.Raft, recovered, platform.Entropy.Below, Now());
        _applied = recovered.Snapshot.Index;
        _timer = platform.Time.CreateTimer(static replica => ((Replica<TResult>)replica!).OnTimer(), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ArmTimer();
    }

    /// <summary>Called once when the replica stops because of a fault: a broken invariant or a failed disk.</summary>
    public event Action<Exception>? Failed;

    /// <summary>The consensus core, for status and checks.</summary>
    public Raft Raft => _raft;

    /// <summary>The last entry that the state machine has applied.</summary>
    public LogIndex Applied => _applied;

    /// <summary>Whether callers wait for the outcome of a proposal.</summary>
    public bool HasWaiting => _pending.Count > 0;

    /// <summary>Whether the replica has stopped.</summary>
    public bool IsStopped => _stopped;

    /// <summary>A message from a peer.</summary>
    public void Receive(in Message message) => Enqueue(Input.Received(message));

    /// <summary>Proposes a command; the memory belongs to the log from now on.</summary>
    public Task<ProposalOutcome<TResult>> ProposeAsync(ReadOnlyMemory<byte> command)
    {
        if (HasStopped())
            return Task.FromResult(new ProposalOutcome<TResult>(ProposalEnd.NotLeader, default, NodeId.None));
        var number = _pending.Register(out var outcome);
        Enqueue(Input.Propose(number, command));
        return outcome;
    }

    /// <summary>
    /// Completes when the state machine may be queried for a linearizable read, at once and on the loop.
    /// </summary>
    /// <param name="byLease">Whether the leader's lease, if it offers one, is proof enough.</param>
    public Task<ReadOutcome> ReadAsync(bool byLease = false)
    {
        if (HasStopped())
            return Task.FromResult(new ReadOutcome(ReadEnd.NoLeader, NodeId.None));
        var number = _pendingReads.Register(out var outcome);
        Enqueue(Input.Read(number, byLease));
        return outcome;
    }

    /// <summary>
    /// Completes when the state machine may be queried for a read that may be stale: at once, unless a snapshot is just
    /// replacing the state.
    /// </summary>
    public Task<ReadOutcome> ReadStaleAsync() =>
        HasStopped() ? Task.FromResult(new ReadOutcome(ReadEnd.NoLeader, NodeId.None))
        : _restoring ? _pendingReads.Wait()
        : Task.FromResult(new ReadOutcome(ReadEnd.Ready, NodeId.None));

    /// <summary>
    /// Hands the leadership over, if this replica leads; ends within an election time-out or little more.
    /// </summary>
    /// <param name="target">Who is to lead; none: whoever is fit.</param>
    public Task<TransferStatus> TransferAsync(NodeId target = default)
    {
        if (HasStopped())
            return Task.FromResult(TransferStatus.NotLeader);
        var completion = new TaskCompletionSource<TransferStatus>();
        _transfers.Add(++_lastTransfer, completion);
        Enqueue(Input.Transfer(_lastTransfer, target));
        return completion.Task;
    }

    /// <summary>
    /// Asks for a change of membership (dissertation chapter 4). It is under way once it is applied: a joint
    /// configuration is left by itself.
    /// </summary>
    public Task<ProposalOutcome<TResult>> ChangeMembershipAsync(IReadOnlyList<MemberChange> changes)
    {
        if (HasStopped())
            return Task.FromResult(new ProposalOutcome<TResult>(ProposalEnd.NotLeader, default, NodeId.None));
        var number = _pending.Register(out var outcome);
        Enqueue(Input.ChangeMembership(number, changes));
        return outcome;
    }

    /// <summary>Stops taking part. Callers that still wait get <see cref="ProposalEnd.Unknown"/>.</summary>
    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        _timer.Dispose();
        _persister.Dispose();
        _pending.Stop();
        _pendingReads.Stop();
        foreach (var transfer in _transfers.Values.ToArray())
            transfer.TrySetResult(TransferStatus.NotLeader);
    }

    /// <summary>Whether there is nobody to ask any more; and a guard, as whoever asks elsewhere races.</summary>
    private bool HasStopped() =>
        _stopped || _platform.Loop.IsCurrent
            ? _stopped
            : throw new InvalidOperationException("A replica is asked on its own loop only: post there.");

    private long Now() => _platform.Time.GetElapsedTime(_origin).Ticks;

    private void Enqueue(in Input input)
    {
        if (_stopped)
            return;
        _inbox.Add(input);
        ScheduleTurn();
    }

    private void ScheduleTurn()
    {
        if (_turnScheduled)
            return;
        _turnScheduled = true;
        _platform.Loop.Post(static replica => ((Replica<TResult>)replica!).RunTurn(), this);
    }

    private void OnTimer()
    {
        _armedFor = long.MaxValue;
        Enqueue(Input.TimePassed);
    }

    private void RunTurn()
    {
        _turnScheduled = false;
        if (_stopped)
            return;
        try
        {
            var now = Now();
            (_turn, _inbox) = (_inbox, _turn);
            foreach (ref readonly var input in CollectionsMarshal.AsSpan(_turn))
            {
                if (input.Kind == InputKind.Persisted)
                    _durableToken = input.Token;
                _raft.Step(now, input, _effects);
            }

            _turn.Clear();
            ReleaseHeldMessages();
            _raft.Step(now, Input.BatchEnd, _effects);
            CarryOut(now);
            if (_raft.Role != Role.Leader)
                _pending.Deposed();
            if (!_stopped)
            {
                ArmTimer();
                LogRoleChange();
                LogRemoval();
            }

            // Also of the last one: what it wrote may be found at the next start.
            _observer?.TurnEnded();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private void CarryOut(long now)
    {
        do
        {
            HandWritesToStorage();
            if (_stopped)
                return;
            foreach (var result in _effects.Proposals)
                _pending.Decide(result, _raft.Leader);
            foreach (var result in _effects.Transfers)
            {
                // Whoever is told may dispose this replica, and so have the others told.
                if (_transfers.Remove(result.ProposalNumber, out var transfer))
                    transfer.TrySetResult(result.Status);
            }

            foreach (var result in _effects.Reads)
                _pendingReads.Decide(result, _raft.Leader);
            // Whoever was answered may have disposed this replica.
            if (_stopped)
                return;
            foreach (ref readonly var message in CollectionsMarshal.AsSpan(_effects.Messages))
                SendOrHold(message);
            StartSnapshotWork();
            _effects.Clear();
            if (ApplyCommitted())
                _raft.Step(now, Input.Applied(_applied), _effects);
            if (!_restoring)
                _pendingReads.Applied(_applied);
        }
        while (!_effects.IsEmpty);
    }

    private void HandWritesToStorage()
    {
        foreach (ref readonly var write in CollectionsMarshal.AsSpan(_effects.Writes))
        {
            _persister.Append(write);
            _appendedToken = write.Token;
        }

        if (_appendedToken > _flushedToken && !_flushing)
            _ = FlushAsync();
    }

    private async Task FlushAsync()
    {
        _flushing = true;
        try
        {
            while (_appendedToken > _flushedToken)
            {
                _flushedToken = await _persister.FlushAsync();
                if (_stopped)
                    return;
                Enqueue(Input.Persisted(_flushedToken));
                if (!_maintaining)
                    _ = MaintainAsync();
            }
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            _flushing = false;
        }
    }

    private async Task MaintainAsync()
    {
        _maintaining = true;
        try
        {
            await _persister.MaintainAsync();
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
        finally
        {
            _maintaining = false;
        }
    }

    private void SendOrHold(in OutboundMessage outbound)
    {
        if (outbound.After <= _durableToken)
            Send(outbound.Message);
        else
            _gated.Enqueue(outbound);
    }

    private void ReleaseHeldMessages()
    {
        while (_gated.TryPeek(out var outbound) && outbound.After <= _durableToken)
            Send(_gated.Dequeue().Message);
    }

    private void Send(in Message message)
    {
        _observer?.Sending(message);
        _send(message);
    }

    private void ArmTimer()
    {
        var deadline = _raft.NextDeadline;
        if (deadline == _armedFor)
            return;
        _armedFor = deadline;
        var due = deadline == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks(Math.Max(0, deadline - Now()));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void LogRoleChange()
    {
        var role = (_raft.Role, _raft.Term, _raft.Leader);
        if (role == _loggedRole)
            return;
        _loggedRole = role;
        ReplicaLog.RoleChanged(_logger, _raft.Id, role.Role, role.Term, role.Leader);
    }

    private void LogRemoval()
    {
        if (ReferenceEquals(_raft.Configuration, _loggedConfiguration))
            return;
        _loggedConfiguration = _raft.Configuration;
        if (_raft.IsRemoved)
            ReplicaLog.Removed(_logger, _raft.Id, _raft.ConfigurationIndex);
    }

    private void Fail(Exception fault)
    {
        if (_stopped)
            return;
        // A disk that is full says so itself; of a broken invariant the stack is of use.
        ReplicaLog.Failed(_logger, _options.Raft.Id, fault.Message, fault is IOException ? null : fault);
        Dispose();
        Failed?.Invoke(fault);
    }
}
