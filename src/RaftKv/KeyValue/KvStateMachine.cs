using System.Diagnostics.CodeAnalysis;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>The replicated key-value store: applies commands in log order, each write once.</summary>
public sealed class KvStateMachine : IStateMachine<KvResult>
{
    private readonly KvOptions _options;
    private KvState _state;
    private KvExecution _execution;

    /// <summary>An empty store.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public KvStateMachine(KvOptions options)
    {
        options.Validate();
        _options = options;
        Enter(new KvState(options));
    }

    /// <summary>Number of keys.</summary>
    public int KeyCount => _state.Store.Count;

    /// <summary>Number of client sessions.</summary>
    public int SessionCount => _state.Sessions.Count;

    /// <summary>
    /// A hash of all keys, values and sessions, kept up to date by every command. Replicas that applied the same log
    /// have the same hash, whatever their <see cref="KvOptions.Store"/> and whether or not they were restored.
    /// </summary>
    public ulong StateHash => _state.Hash;

    /// <summary>The latest time that an applied command carried, in ms; see <see cref="KvCommand.TimeMs"/>.</summary>
    public long TimeMs => _state.Sessions.NowMs;

    /// <summary>How many commands have changed the store.</summary>
    public long Revision => _state.Revision;

    /// <inheritdoc/>
    public KvResult Apply(LogIndex index, ReadOnlyMemory<byte> command) => Apply(index, KvCommandCodec.Decode(command));

    /// <summary>
    /// Applies the next committed command, which <see cref="KvLimits.Problem(KvCommand)"/> had no objection to.
    /// </summary>
    /// <remarks>What comes of it depends on nothing but the commands: on no option of this replica.</remarks>
    public KvResult Apply(LogIndex index, KvCommand command)
    {
        _state.Sessions.Advance(command.TimeMs);
        if (command.Request.IsReadOnly) return _execution.Run(command.Request, command.Limits);
        if (command.Operation == KvOperation.OpenSession)
        {
            return _state.Sessions.Open(index, command.ClientId, command.Limits) with { Revision = _state.Revision };
        }

        if (command.Operation == KvOperation.KeepAlive)
            return _state.Sessions.KeepAlive(index, command) with { Revision = _state.Revision };
        if (_state.Sessions.Admit(index, command, out var answer) is not { } session) return answer;
        // A rejection is remembered like a success: a late duplicate could be applied after the client was told no.
        var result = command.Request.MayFind && session.FoundBytes >= ClientSession.MaxFoundBytes
            ? HoldsTooMuch(session)
            : _execution.Run(command.Request, command.Limits);
        _state.Sessions.Remember(session, command.RequestId, result);
        return result;
    }

    /// <inheritdoc/>
    public KvResult Query(ReadOnlyMemory<byte> query) => Query(KvCommandCodec.Decode(query).Request);

    /// <summary>Answers a request that only reads from the state as it is.</summary>
    public KvResult Query(KvRequest request) =>
        _options.Limits.Problem(request) is { } problem ? KvResult.Rejected(problem)
        : request.IsReadOnly ? _execution.Run(request, _options.Limits)
        : KvResult.Rejected($"{request.Operation} is no read");

    /// <summary>The value of a key now, or <see langword="null"/>.</summary>
    public ReadOnlyMemory<byte>? Read(string key) => _state.Store.Find(key)?.Value;

    /// <inheritdoc/>
    public ISnapshotCut Cut() => new KvSnapshotCut(_state);

    /// <inheritdoc/>
    /// <remarks>The old state answers stale reads until the new one is complete.</remarks>
    public ISnapshotRestore BeginRestore() => new KvSnapshotRestore(_options, Enter);

    [MemberNotNull(nameof(_state), nameof(_execution))]
    private void Enter(KvState state) => (_state, _execution) = (state, new KvExecution(state));

    private KvResult HoldsTooMuch(ClientSession session)
    {
        var problem = $"the results of this session that are not acknowledged hold {session.FoundBytes} bytes; "
            + $"the limit is {ClientSession.MaxFoundBytes}";
        return KvResult.Rejected(problem) with { Revision = _state.Revision };
    }
}
