using System.Buffers;
using RaftKv.Consensus;

namespace RaftKv.KeyValue;

/// <summary>The replicated key-value store: applies commands in log order, each write once.</summary>
public sealed class KvStateMachine : IStateMachine<KvResult>
{
    private readonly KvOptions _options;
    private KvState _state;

    /// <summary>An empty store.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public KvStateMachine(KvOptions options)
    {
        options.Validate();
        _options = options;
        _state = new KvState(options);
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

    /// <inheritdoc/>
    public KvResult Apply(LogIndex index, ReadOnlyMemory<byte> command) => Apply(index, KvCommandCodec.Decode(command));

    /// <summary>Applies the next committed command.</summary>
    public KvResult Apply(LogIndex index, KvCommand command)
    {
        if (_options.Limits.Problem(command) is { } problem) return KvResult.Rejected(problem);
        if (command.Operation == KvOperation.Get) return new KvResult(KvStatus.Ok, Read(command.Key));
        if (_state.Sessions.Admit(index, command, out var answer) is not { } session) return answer;
        var result = Write(command);
        _state.Sessions.Remember(session, command.RequestId, result);
        return result;
    }

    /// <summary>The value of a key now, or <see langword="null"/>.</summary>
    public ReadOnlyMemory<byte>? Read(string key) => _state.Store.Find(key)?.Value;

    /// <inheritdoc/>
    public void WriteSnapshot(IBufferWriter<byte> writer) => KvSnapshot.Write(_state, writer);

    /// <inheritdoc/>
    public void Restore(ReadOnlyMemory<byte> snapshot) => _state = KvSnapshot.Read(snapshot.Span, _options);

    private KvResult Write(KvCommand command)
    {
        var entry = _state.Store.Find(command.Key);
        var append = command.Operation == KvOperation.Append;
        // Remembered like a success: were it not, a late duplicate could be applied after the client was told no.
        if (append && entry is not null
            && _options.Limits.ValueProblem((long)entry.Value.Length + command.Value.Length) is { } problem)
            return KvResult.Rejected(problem);

        if (entry is null) _state.Store.Add(entry = new KvEntry(command.Key));
        else _state.EntriesDigest -= entry.Digest;
        if (append) entry.Append(command.Value.Span);
        else entry.Put(command.Value.Span);
        _state.EntriesDigest += entry.Digest;
        return KvResult.Ok;
    }
}
